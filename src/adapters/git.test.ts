import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { systemExec } from './exec.ts';
import { openRepository } from './git.ts';

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
