import type { GitRepository } from '../adapters/git.ts';
import { type CommitChanges, readLineChanges } from './changes.ts';
import type { LastApplied } from './last-applied.ts';

/** The modules whose range holds a commit that the question is about. */
export type RangeQuestion = (
  stops: (commit: CommitChanges) => boolean,
) => Set<string>;

/**
 * Reads the ranges of modules, from the commit last applied to head, once for
 * all questions about them. All of the commits must be ancestors of head.
 */
export async function openRanges(
  repository: GitRepository,
  modules: readonly LastApplied[],
  head: string,
): Promise<RangeQuestion> {
  if (modules.length === 0) return () => new Set();
  const shas = [...new Set(modules.map((module) => module.sha))];
  const oldest = await repository.output([
    'merge-base',
    '--octopus',
    ...shas,
    head,
  ]);
  const line = await readLineChanges(
    repository,
    oldest.toString('latin1').trim(),
    head,
  );
  // Newest first: a module is held by every such commit before its own.
  const places = new Map(line.map((commit, place) => [commit.sha, place]));
  return (stops) => {
    const newest = line.findIndex(stops);
    if (newest < 0) return new Set();
    return new Set(
      modules
        // A commit that is not on the line counts as the oldest one.
        .filter(({ sha }) => (places.get(sha) ?? line.length) > newest)
        .map(({ id }) => id),
    );
  };
}
