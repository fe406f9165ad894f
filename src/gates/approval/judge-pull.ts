import { isMachineAccount } from '../../model/machine-account.ts';
import type { Policy } from '../../model/policy.ts';
import { printable } from '../../model/printable.ts';
import { type Finding, finding } from '../../model/verdict.ts';
import type { ApprovalFacts, PullFacts } from './approval-facts.ts';
import { judgeReviews } from './judge-reviews.ts';

export interface PullJudgement {
  readonly approvers: readonly string[];
  /** None where a commit of this pull request may be applied. */
  readonly findings: readonly Finding[];
}

const TOLD_PATHS = 5;

/** Judges one pull request by itself, whatever it is asked for. */
export function judgePull(
  pull: PullFacts,
  { baseBranch, ownChecks }: Pick<ApprovalFacts, 'baseBranch' | 'ownChecks'>,
  policy: Policy['approval'],
): PullJudgement {
  const name = `PR #${pull.number}`;
  if (!pull.merged) {
    const reason = `${name} is not merged`;
    return {
      approvers: [],
      findings: [finding('approval/not-merged', reason)],
    };
  }
  const findings: Finding[] = [];
  if (pull.base !== baseBranch) {
    findings.push(
      finding(
        'approval/wrong-base',
        printable(`${name} was merged into ${pull.base}, not ${baseBranch}`),
      ),
    );
  }
  const { mergedBy } = pull;
  if (
    !mergedBy ||
    mergedBy.machine ||
    isMachineAccount(mergedBy.login, policy.not_counted)
  ) {
    const reason = mergedBy
      ? `${name} was merged by ${mergedBy.login}, which never counts as a person`
      : `Nobody can say who merged ${name}`;
    findings.push(finding('approval/merged-by-bot', printable(reason)));
  }
  if (pull.commits.length === 0) findings.push(differs(pull));
  const reviews = judgeReviews(pull, policy);
  findings.push(...reviews.findings, ...judgeChecks(pull, ownChecks, policy));
  return { approvers: reviews.approvers, findings };
}

function differs({ number, head, differing }: PullFacts): Finding {
  const more = differing.length - TOLD_PATHS;
  const paths = differing.slice(0, TOLD_PATHS).join(', ');
  return finding(
    'approval/reviewed-differs',
    printable(
      `What was merged as PR #${number} is not the change up to ${head}: ${paths}${more > 0 ? ` and ${more} more` : ''}`,
    ),
  );
}

/** A name may be reported more than once; then all of them must be green. */
function judgeChecks(
  { number, head, checks }: PullFacts,
  ownChecks: readonly string[],
  { require_checks }: Policy['approval'],
): readonly Finding[] {
  const wrong = require_checks
    .filter((name) => !ownChecks.includes(name))
    .flatMap((name) => {
      const found = checks.filter((check) => check.name === name);
      const bad = found.find(({ state }) => state !== 'success');
      if (found.length > 0 && !bad) return [];
      return [`${JSON.stringify(name)} is ${bad?.state ?? 'missing'}`];
    });
  if (wrong.length === 0) return [];
  const reason = `PR #${number}, at ${head}: ${wrong.join(', ')}`;
  return [finding('approval/checks-failing', printable(reason))];
}
