import type { Policy } from '../../model/policy.ts';
import { printable } from '../../model/printable.ts';
import {
  type Finding,
  finding,
  passVerdict,
  refuseVerdict,
  type Verdict,
} from '../../model/verdict.ts';
import type {
  ApprovalFacts,
  ApprovedModule,
  CommitOrigin,
  PullFacts,
} from './approval-facts.ts';
import { isBound, judgePlace } from './judge-place.ts';
import { judgePull } from './judge-pull.ts';

export const APPROVAL_GATE = 'approved-sha-verify';

/** Who let what of a module through; one per pull request. */
export interface Approval {
  readonly module: string;
  readonly sha: string;
  readonly pr: number;
  readonly approvers: readonly string[];
  /** Who merged it. */
  readonly merger: string | null;
}

/**
 * Decides whether people let exactly this through: every commit that touched
 * one of the modules since it was last applied must be what one merged,
 * approved pull request was merged as.
 */
export function decideApproval(
  facts: ApprovalFacts,
  policy: Policy['approval'],
): Verdict {
  const about = { gate: APPROVAL_GATE, sha: facts.sha };
  const judgements = new Map(
    [...facts.pulls].map(([number, pull]) => [
      number,
      judgePull(pull, facts, policy),
    ]),
  );
  const findings: Finding[] = [
    ...judgePlace(facts, facts.asked !== undefined),
    ...judgeAsked(facts),
    ...facts.modules.flatMap((module) => judgeModule(module, facts)),
    ...[...judgements.values()].flatMap((judgement) => judgement.findings),
  ];
  const [first, ...others] = findings;
  const pulls = [...facts.pulls.keys()].sort((one, other) => one - other);
  if (first) return refuseVerdict(about, [first, ...others], { pulls });
  const approvals = facts.modules.flatMap(({ id, commits }) =>
    commits.flatMap(({ sha, pulls: [pr] }): Approval[] =>
      pr === undefined
        ? []
        : [
            {
              module: id,
              sha,
              pr,
              approvers: judgements.get(pr)?.approvers ?? [],
              merger: facts.pulls.get(pr)?.mergedBy?.login ?? null,
            },
          ],
    ),
  );
  return passVerdict(about, 'approval/approved', describe(facts, pulls), {
    modules: facts.modules.map(({ id }) => id),
    evidence: { pulls, approvals, ...describeAsked(facts) },
  });
}

/** What later steps of an approved apply hold themselves to. */
function describeAsked(facts: ApprovalFacts) {
  const { asked, pulls } = facts;
  const head = pulls.get(asked ?? 0)?.head;
  return asked === undefined ? {} : { asked, head, bound: isBound(facts) };
}

function describe(
  { modules }: ApprovalFacts,
  pulls: readonly number[],
): string {
  const ids = modules.map(({ id }) => id).join(', ');
  const names = pulls.map((number) => `#${number}`).join(', ');
  return pulls.length === 0
    ? `Nothing that needs an approval changed in ${ids || 'no module'}`
    : `${ids} changed by merged pull requests only: ${names}`;
}

/** The one pull request that was asked for must touch every module. */
function judgeAsked({
  asked,
  modules,
  pulls,
}: ApprovalFacts): readonly Finding[] {
  if (asked === undefined) return [];
  const pull = pulls.get(asked);
  if (!pull?.merged || pull.commits.length === 0) return [];
  return modules
    .filter(({ id }) => !pull.modules.includes(id))
    .map((module) => notTouched(pull, module));
}

function notTouched(
  { number }: PullFacts,
  { id, places }: ApprovedModule,
): Finding {
  return finding(
    'approval/module-not-in-pr',
    printable(`PR #${number} changed none of: ${places.join(', ')}`),
    { module: id },
  );
}

function judgeModule(
  module: ApprovedModule,
  { pulls }: ApprovalFacts,
): readonly Finding[] {
  const { id, uncounted } = module;
  if (uncounted !== undefined) {
    const reason = `${uncounted} commits touched ${id} since it was last applied`;
    return [finding('approval/range-too-long', reason, { module: id })];
  }
  return module.commits.flatMap((commit) => judgeCommit(commit, { id, pulls }));
}

function judgeCommit(
  { sha, pulls: numbers }: CommitOrigin,
  {
    id,
    pulls,
  }: { readonly id: string; readonly pulls: ApprovalFacts['pulls'] },
): readonly Finding[] {
  const [number, ...others] = numbers;
  const details = { module: id };
  if (number === undefined) {
    const reason = `${sha} touched ${id} and comes from no merged pull request`;
    return [finding('approval/no-pull-request', reason, details)];
  }
  if (others.length > 0) {
    const names = numbers.map((each) => `#${each}`).join(', ');
    const reason = `${sha} touched ${id} and comes from several pull requests: ${names}`;
    return [finding('approval/ambiguous', reason, details)];
  }
  const pull = pulls.get(number);
  if (!pull) throw new TypeError(`nothing is known of PR #${number}`);
  // What is wrong with the pull request itself is told once, by its judgement.
  if (!pull.merged || pull.commits.length === 0) return [];
  if (pull.commits.includes(sha)) return [];
  const reason = `${sha} touched ${id}, and is not among what PR #${number} was merged as`;
  return [finding('approval/no-pull-request', reason, details)];
}
