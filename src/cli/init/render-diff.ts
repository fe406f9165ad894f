import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { commandError, systemExec } from '../../adapters/exec.ts';
import { openRepository } from '../../adapters/git.ts';
import type { FileChange } from './write-files.ts';

/** What would change, as git shows it. */
export async function renderDiff(
  changes: readonly FileChange[],
): Promise<string> {
  if (changes.length === 0) return '';
  const folder = mkdtempSync(join(tmpdir(), 'apply-gates-init-'));
  try {
    for (const side of ['a', 'b']) mkdirSync(join(folder, side));
    for (const { path, before, after } of changes) {
      write(join(folder, 'a', path), before);
      write(join(folder, 'b', path), after);
    }
    const args = ['diff', '--no-index', '--no-color', '--no-ext-diff'];
    const result = await openRepository(systemExec, folder).run([
      ...args,
      ...['--no-textconv', '--no-renames', '--no-prefix', '--', 'a', 'b'],
    ]);
    if (result.exitCode === 0 || result.exitCode === 1) {
      return result.stdout.toString('utf8');
    }
    throw commandError('git/unavailable', 'git diff', result);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function write(path: string, content: Buffer | undefined): void {
  if (content === undefined) return;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}
