import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { commandError, systemExec } from '../../adapters/exec.ts';
import { openRepository } from '../../adapters/git.ts';
import type { FileChange } from './write-files.ts';

/** What would change, as git shows it; first what is new. */
export async function renderDiff(
  changes: readonly FileChange[],
): Promise<string> {
  const added = changes.map(renderAddition);
  const others = changes.filter((_, index) => added[index] === '');
  return `${added.join('')}${await diffByGit(others)}`;
}

/** A new text needs no git and no file; '' for what git has to look at. */
function renderAddition({ after, before, path }: FileChange): string {
  const isPlain = before === undefined && /^[!#-[\]-~]+$/.test(path);
  if (!isPlain || !after?.length || after.includes(0)) return '';
  const text = after.toString('utf8');
  const lines = text.replace(/\n$/, '').split('\n');
  const blob = createHash('sha1').update(`blob ${after.length}\0`);
  return [
    `diff --git b/${path} b/${path}`,
    'new file mode 100644',
    `index 0000000..${blob.update(after).digest('hex').slice(0, 7)}`,
    '--- /dev/null',
    `+++ b/${path}`,
    `@@ -0,0 +1${lines.length === 1 ? '' : `,${lines.length}`} @@`,
    ...lines.map((line) => `+${line}`),
    ...(text.endsWith('\n') ? [] : ['\\ No newline at end of file']),
    '',
  ].join('\n');
}

async function diffByGit(changes: readonly FileChange[]): Promise<string> {
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
