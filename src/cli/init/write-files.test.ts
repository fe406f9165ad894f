import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ActionError } from '../../model/errors.ts';
import { type FileChange, writeFiles } from './write-files.ts';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'apply-gates-write-'));
  writeFileSync(join(root, 'old'), 'old\n');
  chmodSync(join(root, 'old'), 0o640);
  writeFileSync(join(root, 'gone'), 'gone\n');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const text = (content: string) => Buffer.from(content);
const CHANGES: readonly FileChange[] = [
  { path: 'a/b/new', before: undefined, after: text('new\n') },
  { path: 'old', before: text('old\n'), after: text('next\n') },
  { path: 'gone', before: text('gone\n'), after: undefined },
];
const list = () =>
  readdirSync(root, { recursive: true, withFileTypes: true })
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .sort();
const read = (path: string) => readFileSync(join(root, path), 'utf8');

it('writes, replaces and removes, and leaves nothing beside it', () => {
  writeFiles(root, CHANGES);
  expect(list()).toEqual(['a', 'a/b', 'a/b/new', 'old']);
  expect(read('old')).toBe('next\n');
  expect(statSync(join(root, 'old')).mode & 0o777).toBe(0o640);
});

it.each<[string, FileChange]>([
  [
    'a folder stands where a file goes',
    { path: 'folder', before: undefined, after: text('x') },
  ],
  [
    'a file stands where a folder goes',
    { path: 'old/x', before: undefined, after: text('x') },
  ],
  [
    'a file came in the meantime',
    { path: 'folder/there', before: undefined, after: text('x') },
  ],
  [
    'a file was edited in the meantime',
    { path: 'folder/there', before: text('before'), after: text('x') },
  ],
  [
    'the last rename fails',
    { path: `folder/${'x'.repeat(300)}`, before: undefined, after: text('x') },
  ],
])('%s: all is as it was before', (_name, change) => {
  mkdirSync(join(root, 'folder'));
  writeFileSync(join(root, 'folder/there'), 'there\n');
  const before = list();
  expect(() => writeFiles(root, [...CHANGES, change])).toThrow(ActionError);
  expect(list()).toEqual(before);
  expect([read('old'), read('gone')]).toEqual(['old\n', 'gone\n']);
  expect(statSync(join(root, 'old')).mode & 0o777).toBe(0o640);
});
