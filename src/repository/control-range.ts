import type { GitRepository } from '../adapters/git.ts';
import { readLineChanges } from './changes.ts';
import type { LastApplied } from './last-applied.ts';

/**
 * The modules whose range from the commit last applied to head holds a change
 * of a control path. All of them must be ancestors of head.
 */
export async function findControlRanges(
  repository: GitRepository,
  modules: readonly LastApplied[],
  question: {
    readonly head: string;
    readonly isControl: (path: string) => boolean;
  },
): Promise<Set<string>> {
  const { head, isControl } = question;
  if (modules.length === 0) return new Set();
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
  // Newest first: a module is held by every control change before its commit.
  const places = new Map(line.map((commit, place) => [commit.sha, place]));
  const newestControl = line.findIndex((commit) =>
    commit.paths.some(isControl),
  );
  if (newestControl < 0) return new Set();
  return new Set(
    modules
      // A commit that is not on the line counts as the oldest one.
      .filter(({ sha }) => (places.get(sha) ?? line.length) > newestControl)
      .map(({ id }) => id),
  );
}
