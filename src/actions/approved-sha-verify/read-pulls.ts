import type { PullRequest } from '../../adapters/forge/forge.ts';
import type { PullFacts } from '../../gates/approval/approval-facts.ts';
import type { Policy } from '../../model/policy.ts';
import { readChanges } from '../../repository/changes.ts';
import { findMergedCommits } from '../../repository/merged-commits.ts';
import { requireCommits } from '../../repository/require-commits.ts';
import type { Subject } from '../../repository/subject.ts';
import { settleAll } from '../read-place.ts';
import type { ForgeLookup } from './forge-lookup.ts';
import type { ModuleRanges } from './read-ranges.ts';

interface PullReading {
  readonly lookup: ForgeLookup;
  readonly subject: Subject;
  readonly touched: ModuleRanges['touched'];
  /** Folder of this job. */
  readonly folder: string;
}

/** Reads what is known of pull requests: the forge and git side by side. */
export async function readPulls(
  reading: PullReading,
  numbers: readonly number[],
): Promise<ReadonlyMap<number, PullFacts>> {
  const { lookup, subject } = reading;
  const heads = numbers.map((number) => lookup.headOf(number));
  const ends = numbers.flatMap(
    (number) => lookup.known(number).mergeCommit ?? [],
  );
  const present = requireCommits(subject.history, [...heads, ...ends], {
    code: 'approval/git-unavailable',
    why: 'of a pull request cannot be fetched',
  });
  const pulls = await settleAll(
    numbers.map((number) => readPull(reading, lookup.known(number), present)),
  );
  return new Map(pulls.map((pull) => [pull.number, pull]));
}

async function readPull(
  reading: PullReading,
  pull: PullRequest,
  present: Promise<void>,
): Promise<PullFacts> {
  const { lookup, subject } = reading;
  const head = lookup.headOf(pull.number);
  const [merged, told] = await settleAll([
    present.then(() => readMerge(reading, pull, head)),
    askForge(lookup, pull, { head, policy: subject.policy.approval }),
  ]);
  return {
    number: pull.number,
    base: pull.base.ref,
    merged: pull.merged && pull.mergeCommit !== undefined,
    author: pull.author,
    mergedBy: pull.mergedBy,
    head,
    ...told,
    ...merged,
  };
}

/** Only what the policy asks about is asked for. */
async function askForge(
  { forge }: ForgeLookup,
  pull: PullRequest,
  {
    head,
    policy,
  }: { readonly head: string; readonly policy: Policy['approval'] },
) {
  const mayApproveOwn =
    policy.min_approvals === 0 || policy.allow_self_approval;
  const [reviews, checks, lastPushers] = await Promise.all([
    forge.listReviews(pull.number),
    policy.require_checks.length === 0 ? [] : forge.listChecks(head),
    mayApproveOwn ? [] : forge.findLastPushers(pull, head),
  ]);
  return { reviews, checks, lastPushers };
}

async function readMerge(
  { subject, touched, folder }: PullReading,
  { mergeCommit, mergeBase }: PullRequest,
  head: string,
) {
  if (mergeCommit === undefined) {
    return { commits: [], differing: [], modules: [] };
  }
  const { repository } = subject;
  const found = await findMergedCommits(repository, {
    mergeCommit,
    head,
    mergeBase,
    folder,
  });
  const changes = await readChanges(repository, found.base, mergeCommit);
  return {
    commits: found.commits,
    differing: found.differing,
    modules: touched(changes.map(({ path }) => path)),
  };
}
