import { expect, it, test } from 'vitest';
import { tailOfLog } from './log-tail.ts';

const LIMITS = { lines: 2, bytes: 10 };

test.each([
  ['nothing', '', ''],
  ['a line', 'a\n', 'a\n'],
  ['the last lines', 'a\nb\nc\n', 'b\nc\n'],
  ['a line that was cut off', 'a\nb\nc', 'b\nc'],
  ['whole lines only', 'aaaa\nbbbbbb\n', 'bbbbbb\n'],
  ['bytes, not characters', 'ää\näää\n', 'äää\n'],
  ['no part of a line', `${'a'.repeat(20)}\n`, ''],
])('%s', (_name, log, tail) => {
  expect(tailOfLog(log, LIMITS)).toBe(tail);
});

it('ends exactly at its limit', () => {
  expect(tailOfLog('aaaa\nbbbb\n', LIMITS)).toBe('aaaa\nbbbb\n');
});
