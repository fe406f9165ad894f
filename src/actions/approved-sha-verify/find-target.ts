import {
  type ChosenPull,
  choosePull,
} from '../../gates/approval/choose-pull.ts';
import type { ForgeLookup } from './forge-lookup.ts';

/** Pull requests of one head that are looked at; more are a flood. */
const MAX_OF_HEAD = 10;

/** Finds the pull request that a SHA or a number stands for. */
export async function findTarget(
  lookup: ForgeLookup,
  asked: {
    readonly sha: string | undefined;
    readonly number: number | undefined;
    readonly baseBranch: string;
  },
): Promise<ChosenPull> {
  const numbers = await findCandidates(lookup, asked);
  const pulls = await Promise.all(
    numbers.map((number) => lookup.readPull(number)),
  );
  return choosePull({
    ...asked,
    candidates: pulls.flatMap((pull) =>
      pull ? [{ pull, head: lookup.headOf(pull.number) }] : [],
    ),
  });
}

async function findCandidates(
  lookup: ForgeLookup,
  {
    sha,
    number,
  }: { readonly sha: string | undefined; readonly number: number | undefined },
): Promise<readonly number[]> {
  if (number !== undefined) return [number];
  if (sha === undefined) return [];
  const merged = await lookup.findMerged(sha);
  const exact = merged.filter(({ mergeCommit }) => mergeCommit === sha);
  if (exact.length > 0) return exact.map((pull) => pull.number);
  return lookup.withHead(sha).slice(0, MAX_OF_HEAD);
}
