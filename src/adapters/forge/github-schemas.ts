import * as z from 'zod';
import { shaSchema } from '../../model/identifiers.ts';
import type { Account, Check, PullRequest, Review } from './forge.ts';
import {
  branchSchema,
  idSchema,
  loginSchema,
  maybeShaSchema,
  totalSchema,
} from './forge-schemas.ts';

const maybeAccountSchema = z
  .object({ login: loginSchema, type: z.string() })
  .nullish()
  .transform((account): Account | undefined =>
    account
      ? { login: account.login, machine: account.type !== 'User' }
      : undefined,
  );

export const pullRequestSchema = z
  .object({
    number: idSchema,
    title: z.string(),
    user: maybeAccountSchema,
    merged: z.boolean(),
    merged_by: maybeAccountSchema,
    merge_commit_sha: maybeShaSchema,
    base: branchSchema,
    head: branchSchema,
  })
  .transform(
    (pull): PullRequest => ({
      number: pull.number,
      title: pull.title,
      author: pull.user,
      merged: pull.merged,
      mergedBy: pull.merged_by,
      // Before the merge it is a commit that only tests whether it would go.
      mergeCommit: pull.merged ? pull.merge_commit_sha : undefined,
      mergeBase: undefined,
      base: pull.base,
      head: pull.head,
    }),
  );

/** Lists leave out by whom and whether, and say when. */
export const listedPullsSchema = z
  .array(z.object({ number: idSchema, merged_at: z.string().nullable() }))
  .transform((items) => ({ items }));

const REVIEW_STATES: Readonly<Record<string, Review['state']>> = {
  APPROVED: 'approved',
  CHANGES_REQUESTED: 'changes-requested',
  COMMENTED: 'comment',
  PENDING: 'none',
};

/** Those whom GitHub lets write, or may; it does not say it of a review. */
const INSIDERS = ['OWNER', 'MEMBER', 'COLLABORATOR'];

export const reviewPageSchema = z
  .array(
    z.object({
      id: idSchema,
      user: maybeAccountSchema,
      state: z.string(),
      commit_id: z.string().nullish(),
      author_association: z.string(),
    }),
  )
  .transform((reviews) => ({
    items: reviews.map(
      (review): Review => ({
        id: review.id,
        author: review.user,
        state: REVIEW_STATES[review.state] ?? 'unknown',
        commit: review.commit_id ?? '',
        official: INSIDERS.includes(review.author_association),
        // GitHub has no word for it; the commit tells.
        stale: false,
        dismissed: review.state === 'DISMISSED',
      }),
    ),
  }));

export const statusPageSchema = z
  .object({
    total_count: totalSchema,
    statuses: z.array(
      z.object({ context: z.string().min(1), state: z.string() }),
    ),
  })
  .transform(({ total_count, statuses }) => ({
    total: total_count,
    items: statuses.map(
      ({ context, state }): Check => ({
        name: context,
        state: state === 'success' || state === 'pending' ? state : 'failure',
      }),
    ),
  }));

const GREEN = ['success', 'neutral', 'skipped'];

/** One name may have runs of several apps, so runs go by their number. */
export const checkRunPageSchema = z
  .object({
    total_count: totalSchema,
    check_runs: z.array(
      z.object({
        id: idSchema,
        name: z.string().min(1),
        status: z.string(),
        conclusion: z.string().nullable(),
      }),
    ),
  })
  .transform(({ total_count, check_runs }) => ({
    total: total_count,
    items: check_runs.map(({ id, name, status, conclusion }) => ({
      id,
      check: { name, state: stateOfRun(status, conclusion) },
    })),
  }));

function stateOfRun(status: string, conclusion: string | null): Check['state'] {
  if (status !== 'completed') return 'pending';
  return GREEN.includes(conclusion ?? '') ? 'success' : 'failure';
}

/** Accounts that GitHub knows by the addresses in a commit. */
export const commitSchema = z.object({
  sha: shaSchema,
  author: maybeAccountSchema,
  committer: maybeAccountSchema,
});

/** What moved a branch, newest first. */
export const activitySchema = z.array(
  z.object({ after: z.string(), actor: maybeAccountSchema }),
);

export const commentSchema = z
  .object({ id: idSchema, body: z.string(), user: maybeAccountSchema })
  .transform(({ id, body, user }) => ({ id, body, author: user }));

export const commentPageSchema = z
  .array(commentSchema)
  .transform((items) => ({ items }));

/** One attempt of a run. */
export const runSchema = z.object({
  run_number: z.int(),
  status: z.string().nullable(),
});
