import type { GitRepository } from '../adapters/git.ts';
import { findMergeBase } from './ancestry.ts';
import { compareReviewed } from './compare-reviewed.ts';

/** A merge as the forge tells it. */
export interface Merge {
  /** The commit on the base branch that it ended with. */
  readonly mergeCommit: string;
  /** The head that was merged. */
  readonly head: string;
  /** Where it forked off, where the forge tells. */
  readonly mergeBase: string | undefined;
  readonly folder: string;
}

export interface MergedCommits {
  /** The commit before them; with `commits` what was merged. */
  readonly base: string;
  /**
   * Commits of the first-parent line that are this pull request, newest first;
   * none where what was merged is not what it showed.
   */
  readonly commits: readonly string[];
  /** Paths in which the two differ, where they do. */
  readonly differing: readonly string[];
}

/** Rebased onto the base, a pull request is as many commits as it had. */
const MAX_REBASED = 200;

/**
 * Finds out as which commits a pull request was merged: one for a merge commit
 * or a squash, its own for a fast-forward, and for a rebase as many as it
 * takes to make up what it changed. What forges say of the way it was merged
 * is not asked: the contents tell.
 */
export async function findMergedCommits(
  repository: GitRepository,
  { mergeCommit, head, mergeBase, folder }: Merge,
): Promise<MergedCommits> {
  const line = await readLine(repository, mergeCommit);
  if (mergeCommit === head) return forwarded(line, mergeBase);
  const [last, ...before] = line;
  const first = last?.parents[0];
  if (!last || first === undefined) {
    return { base: mergeCommit, commits: [], differing: ['(no parent)'] };
  }
  const compare = (base: string) =>
    compareReviewed(repository, { base, merged: mergeCommit, head, folder });
  const differing = await compare(first);
  if (differing.length === 0) {
    return { base: first, commits: [mergeCommit], differing };
  }
  const none = { base: first, commits: [], differing };
  if (last.parents.length > 1) return none;
  const own = await countCommits(repository, first, head);
  for (const [index, { parents }] of before.slice(0, own - 1).entries()) {
    const [base, ...others] = parents;
    if (base === undefined || others.length > 0) break;
    if ((await compare(base)).length > 0) continue;
    const commits = line.slice(0, index + 2).map(({ sha }) => sha);
    return { base, commits, differing: [] };
  }
  return none;
}

interface LineCommit {
  readonly sha: string;
  readonly parents: readonly string[];
}

async function readLine(
  repository: GitRepository,
  from: string,
): Promise<LineCommit[]> {
  const output = await repository.output([
    'rev-list',
    '--first-parent',
    '--parents',
    `--max-count=${MAX_REBASED}`,
    from,
  ]);
  return output
    .toString('latin1')
    .split('\n')
    .filter(Boolean)
    .map((text) => {
      const [sha = '', ...parents] = text.split(' ');
      return { sha, parents };
    });
}

/** The branch was put forward to the head: from where it forked off. */
function forwarded(
  line: readonly LineCommit[],
  mergeBase: string | undefined,
): MergedCommits {
  const found = line.findIndex(
    ({ parents }) => mergeBase !== undefined && parents[0] === mergeBase,
  );
  // A forge that does not say where it began vouches for the last one only.
  const commits = line.slice(0, Math.max(found, 0) + 1);
  const base = commits.at(-1)?.parents[0] ?? '';
  return { base, commits: commits.map(({ sha }) => sha), differing: [] };
}

/** How many commits a rebase of the head could have made. */
async function countCommits(
  repository: GitRepository,
  base: string,
  head: string,
): Promise<number> {
  const fork = await findMergeBase(repository, base, head);
  if (fork === undefined) return 0;
  const output = await repository.output([
    'rev-list',
    '--count',
    '--no-merges',
    head,
    `^${fork}`,
  ]);
  return Number(output.toString('latin1').trim());
}
