import * as z from 'zod';
import { type BreakGlass, breakGlassOf } from '../model/break-glass.ts';
import type { Verdict } from '../model/verdict.ts';
import type { Attempt } from './attempt.ts';
import type { Approval } from './attempt-entries.ts';

/** The gate that says who approved what, in its evidence. */
const APPROVAL_GATE = 'approved-sha-verify';
const MOST_APPROVALS = 20;
const MOST_APPROVERS = 20;

/** Newest first. */
const newestSchema = z.array(
  z.object({ module: z.string(), pr: z.int(), sha: z.string() }),
);

const approvalsSchema = z.array(
  z.object({
    module: z.string(),
    sha: z.string().nullable().default(null),
    pr: z.int().nullable().default(null),
    approvers: z.array(z.string()).default([]),
    merger: z.string().nullable().default(null),
  }),
);

/** The newest pull request that changed a module, and what it was merged as. */
export function findNewestApproved(
  verdicts: readonly Verdict[],
  module: string,
): Attempt['approved'] | undefined {
  const said = verdicts.findLast(({ gate }) => gate === APPROVAL_GATE);
  if (!said) return undefined;
  const { asked, head, approvals } = said.evidence;
  const { data } = newestSchema.safeParse(approvals);
  const found = data?.find((each) => each.module === module);
  if (!found) return undefined;
  const { pr, sha } = found;
  return { pr, sha, head: asked === pr ? String(head) : null };
}

/** Who went past the approval, and why; undefined where nobody did. */
export function findBreakGlass(
  verdicts: readonly Verdict[],
): BreakGlass | undefined {
  return breakGlassOf(verdicts.findLast(({ gate }) => gate === APPROVAL_GATE));
}

/** Approvals of a module; null where no gate of the lane asked for any. */
export function findApprovals(
  verdicts: readonly Verdict[],
  module: string,
): Approval[] | null {
  const said = verdicts.findLast(({ gate }) => gate === APPROVAL_GATE);
  const { data } = approvalsSchema.safeParse(said?.evidence['approvals']);
  if (data === undefined) return null;
  return data
    .filter((each) => each.module === module)
    .slice(0, MOST_APPROVALS)
    .map(({ sha, pr, approvers, merger }) => ({
      ...{ sha, pr, merger, approvers: approvers.slice(0, MOST_APPROVERS) },
    }));
}
