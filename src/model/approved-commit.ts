import { type BreakGlass, breakGlassOf } from './break-glass.ts';
import { ROLLBACK_GATE, type Rollback, rollbackOf } from './rollback.ts';
import type { Verdict } from './verdict.ts';

/** A commit that a person asked for, and that was verified in this job. */
export interface ApprovedCommit {
  /** What the pull request was merged as; a commit of the default branch. */
  readonly sha: string;
  /** Undefined where nobody asked for an approval now. */
  readonly pr: number | undefined;
  readonly breakGlass: BreakGlass | undefined;
  /** Where it was applied before, and is gone back to. */
  readonly rollback: Rollback | undefined;
  /** True where the checkout was at the commit when it was verified. */
  readonly bound: boolean;
}

const GATES = ['approved-sha-verify', ROLLBACK_GATE];

/**
 * The commit that the last verdict of a gate let through because it was asked
 * for by SHA or number, because a person broke the glass, or because it was
 * live before and a person goes back to it; undefined where none was.
 */
export function findApprovedCommit(
  verdicts: readonly { readonly step: string; readonly verdict: Verdict }[],
): ApprovedCommit | undefined {
  const last = verdicts.findLast(({ step }) => GATES.includes(step));
  if (last?.verdict.decision !== 'pass') return undefined;
  const { sha, evidence } = last.verdict;
  const { asked, head, bound } = evidence;
  const breakGlass = breakGlassOf(last.verdict);
  const rollback = rollbackOf(last.verdict);
  const pr =
    typeof asked === 'number' && typeof head === 'string' ? asked : undefined;
  return pr === undefined && breakGlass === undefined && rollback === undefined
    ? undefined
    : { sha, pr, breakGlass, rollback, bound: bound === true };
}
