import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { systemExec } from '../adapters/exec.ts';
import { openRepository } from '../adapters/git.ts';
import { readBlobs } from './blobs.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'blobs-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('an answer that it cannot read is not a file that is not there', async () => {
  execFileSync('git', ['init', '-q', '--object-format=sha256', folder]);
  const tree = execFileSync('git', ['-C', folder, 'mktree'], { input: '' });
  const repository = openRepository(systemExec, folder);
  const commit = tree.toString('utf8').trim();
  await expect(
    readBlobs(repository, [{ commit, path: '' }]),
  ).rejects.toMatchObject({ code: 'git/unavailable' });
});
