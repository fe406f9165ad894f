import * as z from 'zod';
import type { Verdict } from '../model/verdict.ts';
import type { Approval } from './attempt-entries.ts';

/** The gate that says who approved what, in its evidence. */
const APPROVAL_GATE = 'approved-sha-verify';
const MOST_APPROVERS = 20;

const approvalsSchema = z.array(
  z.object({
    module: z.string(),
    pr: z.int().nullable().default(null),
    approvers: z.array(z.string()).default([]),
    merger: z.string().nullable().default(null),
  }),
);

/** The approval of a module; null where no gate of the lane asked for one. */
export function findApproval(
  verdicts: readonly Verdict[],
  module: string,
): Approval | null {
  const said = verdicts.findLast(({ gate }) => gate === APPROVAL_GATE);
  const { data } = approvalsSchema.safeParse(said?.evidence['approvals']);
  const found = data?.find((each) => each.module === module);
  if (found === undefined) return null;
  const { pr, approvers, merger } = found;
  return { pr, approvers: approvers.slice(0, MOST_APPROVERS), merger };
}
