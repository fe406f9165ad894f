import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { pathOf } from '../../tests/support/requirements.ts';
import { type Exec, systemExec } from './exec.ts';
import { openRepository } from './git.ts';

const STRACE = ['-qq', '-o', '/dev/null', '-e', 'inject=write:error=EIO'];

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'git-'));
  execFileSync('git', ['init', '-q', folder]);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('lets git give no advice, which would hide the error it tells', async () => {
  const repository = openRepository(systemExec, folder);
  const tree = ['commit-tree', '-m', 'x', (await write('mktree')).trim()];
  const commit = (await write(...tree)).trim();
  expect(await repository.run(['rev-list', commit])).toMatchObject({
    exitCode: 0,
    stderr: '',
  });
});

async function write(...args: readonly string[]): Promise<string> {
  const who = ['-c', 'user.name=a', '-c', 'user.email=a@example.org'];
  const repository = openRepository(systemExec, folder);
  const output = await repository.output([...who, ...args], { input: '' });
  return output.toString('utf8');
}

it.skipIf(!pathOf('strace'))(
  'notices that git could not write what it found',
  async () => {
    const strace = pathOf('strace') ?? '';
    const lossy: Exec = {
      run: (command) =>
        systemExec.run({
          ...command,
          file: strace,
          args: [...STRACE, command.file, ...command.args],
        }),
    };
    await write('config', 'a.b', 'c');
    const asked = ['config', '--get', 'a.b'];
    expect(await write(...asked)).toBe('c\n');
    await expect(
      openRepository(lossy, folder).output(asked),
    ).rejects.toMatchObject({ code: 'git/unavailable' });
  },
);

it('ends git where it prints more than it may', async () => {
  const repository = openRepository(systemExec, folder);
  const input = Buffer.alloc(300_000, 'a');
  const id = await repository.output(['hash-object', '-w', '--stdin'], {
    input,
  });
  const show = (maxBytes: number) =>
    repository.run(['cat-file', 'blob', id.toString('utf8').trim()], {
      maxBytes,
    });
  expect((await show(300_000)).stdout.equals(input)).toBe(true);
  expect(await show(299_999)).toMatchObject({ failure: 'overflow' });
});
