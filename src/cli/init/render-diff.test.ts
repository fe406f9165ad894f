import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { renderDiff } from './render-diff.ts';

function diffOfGit(name: string, content: Buffer): string {
  const folder = mkdtempSync(join(tmpdir(), 'diff-'));
  try {
    for (const side of ['a', 'b']) mkdirSync(join(folder, side));
    writeFileSync(join(folder, 'b', name), content);
    const names = ['-c', 'core.quotePath=false'];
    const options = ['--no-index', '--no-prefix', '--', 'a', 'b'];
    execFileSync('git', [...names, 'diff', ...options], {
      cwd: folder,
      stdio: 'pipe',
    });
    throw new Error('git saw no difference');
  } catch (error) {
    return String(Object(error).stdout);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

it.each([
  ['compose.yaml', 'a: 1\n'],
  ['compose.yaml', 'a: 1\n\nb: 2\n'],
  ['compose.yaml', 'a: 1\r\nb: 2'],
  ['compose.yaml', '\n'],
  ['@._-+~', 'ü\n'],
  ['latin', Buffer.from([0xe4, 0x0a])],
  ['empty', ''],
  ['binary', 'a\0b\n'],
  ['sp ace', 'a\n'],
  ['a"b\\', 'a\n'],
  ['ü', 'a\n'],
])('shows a new file %j of %j as git does', async (path, content) => {
  const after = Buffer.from(content);
  const diff = await renderDiff([{ path, before: undefined, after }]);
  expect(diff).toBe(diffOfGit(path, after));
});

it('shows what is new, what changes and what goes', async () => {
  const content = (text: string) => Buffer.from(text);
  const diff = await renderDiff([
    { path: 'old', before: content('1\n'), after: content('2\n') },
    { path: 'new', before: undefined, after: content('3\n') },
    { path: 'gone', before: content('4\n'), after: undefined },
  ]);
  const changed = diff.split('\n').filter((line) => /^[-+]\d/.test(line));
  expect(changed).toEqual(['+3', '-4', '-1', '+2']);
});
