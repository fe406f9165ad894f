import * as z from 'zod';
import type { Account, Check, PullRequest, Review } from './forge.ts';
import {
  branchSchema,
  idSchema,
  loginSchema,
  maybeShaSchema,
} from './forge-schemas.ts';

/** Ghosts and the account of the forge's own automation have no number. */
const accountSchema = z
  .object({ id: z.int(), login: loginSchema })
  .transform(({ id, login }): Account => ({ login, machine: id <= 0 }));

const maybeAccountSchema = accountSchema
  .nullish()
  .transform((account) => account ?? undefined);

export const pullRequestSchema = z
  .object({
    number: idSchema,
    title: z.string(),
    user: maybeAccountSchema,
    merged: z.boolean(),
    merged_by: maybeAccountSchema,
    merge_commit_sha: maybeShaSchema,
    merge_base: maybeShaSchema,
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
      mergeCommit: pull.merge_commit_sha,
      mergeBase: pull.merge_base,
      base: pull.base,
      head: pull.head,
    }),
  );

const REVIEW_STATES: Readonly<Record<string, Review['state']>> = {
  APPROVED: 'approved',
  REQUEST_CHANGES: 'changes-requested',
  COMMENT: 'comment',
  PENDING: 'none',
  REQUEST_REVIEW: 'none',
};

const reviewSchema = z
  .object({
    id: idSchema,
    user: maybeAccountSchema,
    state: z.string(),
    commit_id: z.string(),
    official: z.boolean(),
    stale: z.boolean(),
    dismissed: z.boolean(),
  })
  .transform(
    (review): Review => ({
      id: review.id,
      author: review.user,
      state: REVIEW_STATES[review.state] ?? 'unknown',
      commit: review.commit_id,
      official: review.official,
      stale: review.stale,
      dismissed: review.dismissed,
    }),
  );

export const reviewPageSchema = z
  .array(reviewSchema)
  .transform((items) => ({ items }));

const CHECK_STATES: Readonly<Record<string, Check['state']>> = {
  success: 'success',
  pending: 'pending',
};

/** `total_count` of the body is the length of the page, whatever there is. */
export const statusPageSchema = z
  .object({
    statuses: z
      .array(z.object({ context: z.string().min(1), status: z.string() }))
      .nullish(),
  })
  .transform(({ statuses }) => ({
    items: (statuses ?? []).map(
      ({ context, status }): Check => ({
        name: context,
        state: CHECK_STATES[status] ?? 'failure',
      }),
    ),
  }));

/** Things that happened to a pull request; only pushes are looked at. */
export const timelineSchema = z.array(
  z.object({
    id: idSchema,
    type: z.string(),
    user: maybeAccountSchema,
    body: z.string(),
  }),
);

/** What stands in the body of a push. */
export const pushBodySchema = z.object({
  commit_ids: z.array(z.string()).min(1),
});

const commentSchema = z
  .object({ id: idSchema, body: z.string(), user: maybeAccountSchema })
  .transform(({ id, body, user }) => ({ id, body, author: user }));

export { commentSchema };

/** From version 12 on; a run that is tried again keeps its id. */
export const runSchema = z.object({
  index_in_repo: z.int(),
  status: z.string(),
});
