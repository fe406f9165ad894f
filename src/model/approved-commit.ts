import { type BreakGlass, breakGlassOf } from './break-glass.ts';
import type { Verdict } from './verdict.ts';

/** A commit that a person asked for, and that was verified in this job. */
export interface ApprovedCommit {
  /** What the pull request was merged as; a commit of the default branch. */
  readonly sha: string;
  /** Undefined where nobody asked for an approval: see `breakGlass`. */
  readonly pr: number | undefined;
  readonly breakGlass: BreakGlass | undefined;
  /** True where the checkout was at the commit when it was verified. */
  readonly bound: boolean;
}

/**
 * The commit that the last verdict of `approved-sha-verify` let through because
 * it was asked for by SHA or number, or because a person broke the glass;
 * undefined where none was.
 */
export function findApprovedCommit(
  verdicts: readonly { readonly step: string; readonly verdict: Verdict }[],
): ApprovedCommit | undefined {
  const last = verdicts.findLast(({ step }) => step === 'approved-sha-verify');
  if (last?.verdict.decision !== 'pass') return undefined;
  const { sha, evidence } = last.verdict;
  const { asked, head, bound } = evidence;
  const breakGlass = breakGlassOf(last.verdict);
  const pr =
    typeof asked === 'number' && typeof head === 'string' ? asked : undefined;
  return pr === undefined && breakGlass === undefined
    ? undefined
    : { sha, pr, breakGlass, bound: bound === true };
}
