import type { GitRepository } from '../adapters/git.ts';

/**
 * True where `ancestor` lies on the first-parent line of `descendant`; a commit
 * that was only merged in does not.
 */
export async function isOnFirstParentLine(
  repository: GitRepository,
  ancestor: string,
  descendant: string,
): Promise<boolean> {
  if (ancestor === descendant) return true;
  const result = await repository.run([
    'rev-list',
    '--first-parent',
    '--parents',
    descendant,
    `^${ancestor}`,
  ]);
  if (result.exitCode !== 0) return false;
  const last = result.stdout.toString('utf8').trimEnd().split('\n').at(-1);
  return last?.split(' ')[1] === ancestor;
}

/** True where `ancestor` is reachable from `descendant`, or the same. */
export async function isAncestor(
  repository: GitRepository,
  ancestor: string,
  descendant: string,
): Promise<boolean> {
  if (ancestor === descendant) return true;
  const result = await repository.run([
    'merge-base',
    '--is-ancestor',
    ancestor,
    descendant,
  ]);
  return result.exitCode === 0;
}

/** The best common ancestor of two commits. */
export async function findMergeBase(
  repository: GitRepository,
  one: string,
  other: string,
): Promise<string | undefined> {
  const result = await repository.run(['merge-base', one, other]);
  const sha = result.stdout.toString('utf8').trim();
  return result.exitCode === 0 && sha !== '' ? sha : undefined;
}
