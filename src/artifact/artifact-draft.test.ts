import { describe, expect, it, test } from 'vitest';
import { makeRedactor } from '../redaction/redactor.ts';
import {
  describeLeftOut,
  MAX_ARTIFACT_FILE_BYTES,
  MAX_ARTIFACT_FILES,
  openArtifactDraft,
} from './artifact-draft.ts';

const open = () => openArtifactDraft(makeRedactor(['known-secret']));

describe('openArtifactDraft', () => {
  it('holds texts without their secrets', () => {
    const draft = open();
    draft.add('a/b.txt', 'known-secret\n');
    draft.add('c.txt', Buffer.from('plain\n'));
    expect([...draft.files]).toEqual([
      ['a/b.txt', { text: '***\n', redacted: true }],
      ['c.txt', { text: 'plain\n', redacted: false }],
    ]);
  });

  test.each([
    '../a',
    '/a',
    'a/../b',
    '',
    'a\nb',
    'a\\b',
    'a:b',
    'a"b',
    'known-secret.txt',
  ])('has no place for %j', (path) => {
    const draft = open();
    draft.add(path, 'x');
    expect(draft.files.size).toBe(0);
    expect(draft.leftOut().size).toBe(1);
  });

  it('has no place for what is no text', () => {
    const draft = open();
    draft.add('a', Buffer.from([0xff]));
    draft.add('b', Buffer.from('a\0b'));
    expect(draft.files.size).toBe(0);
  });

  it('is bounded in files and bytes', () => {
    const draft = open();
    for (let index = 0; index <= MAX_ARTIFACT_FILES; index += 1) {
      draft.add(`${index}`, 'x');
    }
    expect(draft.files.size).toBe(MAX_ARTIFACT_FILES);
    const other = open();
    other.add('large', 'x'.repeat(MAX_ARTIFACT_FILE_BYTES + 1));
    expect(other.files.size).toBe(0);
  });

  it('takes a key for a key only where somebody named the file', () => {
    const text = ['-----BEGIN', 'PRIVATE KEY-----\nx\n'].join(' ');
    const draft = open();
    draft.addNamed('named.txt', Buffer.from(text));
    draft.add('ours.txt', text);
    expect([...draft.files.keys()]).toEqual(['ours.txt']);
    expect(draft.files.get('ours.txt')?.redacted).toBe(true);
  });
});

it('one finding tells all files with one reason, printably', () => {
  const draft = open();
  for (let index = 0; index < 9; index += 1) draft.leaveOut(`${index}`, 'why');
  draft.leaveOut('a\u202eb known-secret', 'other');
  const [first, second] = describeLeftOut(draft);
  expect(first?.reason).toBe('0, 1, 2, 3, 4 and 4 more: why');
  expect(second?.reason).toBe('a\\u{202e}b ***: other');
});
