import type { Verdict } from './verdict.ts';

/** A commit that a person asked for, and that was verified in this job. */
export interface ApprovedCommit {
  /** What the pull request was merged as. */
  readonly sha: string;
  readonly pr: number;
  /** The head that was merged. */
  readonly head: string;
  /** True where the checkout was at the commit when it was verified. */
  readonly bound: boolean;
}

/**
 * The commit that the last verdict of `approved-sha-verify` let through because
 * it was asked for by SHA or number; undefined where none was.
 */
export function findApprovedCommit(
  verdicts: readonly { readonly step: string; readonly verdict: Verdict }[],
): ApprovedCommit | undefined {
  const last = verdicts.findLast(({ step }) => step === 'approved-sha-verify');
  if (last?.verdict.decision !== 'pass') return undefined;
  const { sha, evidence } = last.verdict;
  const { asked, head, bound } = evidence;
  return typeof asked === 'number' && typeof head === 'string'
    ? { sha, pr: asked, head, bound: bound === true }
    : undefined;
}
