import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GitRepository } from '../../adapters/git.ts';
import type { DraftFile } from '../draft-files.ts';

/** Whose commit it is does not matter: no branch ever has it. */
const NOBODY = [
  ...['-c', 'user.name=apply-gates', '-c', 'user.email=apply-gates@localhost'],
  ...['-c', 'commit.gpgSign=false'],
];

/**
 * Makes a commit of HEAD and a draft, to be planned. Nothing names it: no
 * branch, no index and no file of the work tree is touched, and git drops it.
 */
export async function commitDraft(
  repository: GitRepository,
  files: readonly DraftFile[],
): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'apply-gates-index-'));
  const indexFile = join(folder, 'index');
  const git = async (args: readonly string[], input?: string | Buffer) => {
    const call = input === undefined ? { indexFile } : { indexFile, input };
    return (await repository.output(args, call)).toString('utf8').trim();
  };
  try {
    await git(['read-tree', 'HEAD']);
    const entries: string[] = [];
    for (const { content, executable, path } of files) {
      const blob = await git(['hash-object', '-w', '--stdin'], content);
      entries.push(`${executable ? '100755' : '100644'} ${blob}\t${path}\0`);
    }
    await git(['update-index', '-z', '--index-info'], entries.join(''));
    const tree = await git(['write-tree']);
    const commit = ['commit-tree', '-p', 'HEAD', '-m', 'draft', tree];
    return await git([...NOBODY, ...commit]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
