import type { CommitOrigin } from '../../gates/approval/approval-facts.ts';
import type { ForgeLookup } from './forge-lookup.ts';
import type { ModuleRanges } from './read-ranges.ts';

/** How far behind a rebased commit the one lies that the forge knows. */
const MAX_BEHIND = 200;
/** Asked for at once on the way there. */
const STRIDE = 8;

/**
 * Asks which pull requests commits come from. Forgejo knows only the last
 * commit of a rebase; so where it knows nothing, the pull request of the next
 * commit that it does know is the one to be compared.
 */
export async function readOrigins(
  lookup: ForgeLookup,
  { line }: Pick<ModuleRanges, 'line'>,
  commits: readonly string[],
): Promise<ReadonlyMap<string, CommitOrigin>> {
  const origins = await Promise.all(
    commits.map(async (sha): Promise<CommitOrigin> => {
      const own = await lookup.findMerged(sha);
      const found = own.length > 0 ? own : await findNext(lookup, line, sha);
      return { sha, pulls: found.map(({ number }) => number) };
    }),
  );
  return new Map(origins.map((origin) => [origin.sha, origin]));
}

async function findNext(
  lookup: ForgeLookup,
  line: readonly string[],
  sha: string,
) {
  const place = line.indexOf(sha);
  const newer = line.slice(Math.max(0, place - MAX_BEHIND), place).reverse();
  for (let at = 0; at < newer.length; at += STRIDE) {
    const answers = await Promise.all(
      newer.slice(at, at + STRIDE).map((each) => lookup.findMerged(each)),
    );
    const found = answers.find((pulls) => pulls.length > 0);
    if (found) return found;
  }
  return [];
}
