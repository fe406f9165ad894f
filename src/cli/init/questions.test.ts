import { PassThrough } from 'node:stream';
import { expect, it, test } from 'vitest';
import { askThrough } from './questions.ts';

function answering(text: string) {
  const input = new PassThrough();
  input.end(text);
  return askThrough(input, new PassThrough());
}

test.each([
  ['y\n', true],
  ['Yes\n', true],
  ['\n', false],
  ['n\n', false],
  ['yellow\n', false],
  ['', false],
])('%j is a yes: %s', async (text, expected) => {
  expect(await answering(text).confirm('Write it?')).toBe(expected);
});

it('an answer is what was typed, without the space around it', async () => {
  expect(await answering(' forgejo \n').ask('Forge? ')).toBe('forgejo');
});
