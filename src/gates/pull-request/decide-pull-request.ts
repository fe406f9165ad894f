import { exitStatusOf } from '../../model/reason-codes.ts';
import {
  type Finding,
  passVerdict,
  refuseVerdict,
  type Verdict,
} from '../../model/verdict.ts';

export const PULL_REQUEST_GATE = 'pr-check';

/** What other gates said of a pull request, and what is wrong in its files. */
export interface PullRequestFacts {
  readonly head: string;
  /** Of the scope gate, as it would judge the merge. */
  readonly scope: Verdict;
  readonly lint: Verdict;
  /** Policy and manifests at head that cannot be read, or do not fit. */
  readonly invalid: readonly Finding[];
  /** What is worth a look and changes nothing, in words. */
  readonly warnings: readonly string[];
}

export interface PullRequestDecision {
  readonly verdict: Verdict;
  /** What would not be applied by the push that merges it. */
  readonly waiting: readonly Finding[];
}

/**
 * Refuses what is broken, and what could not be checked. What would merely wait
 * for a person passes: the pull request is where that person looks.
 */
export function decidePullRequest(
  facts: PullRequestFacts,
): PullRequestDecision {
  const { head, scope, lint, warnings } = facts;
  const subject = { gate: PULL_REQUEST_GATE, sha: head };
  const said = withOwnFinding(scope);
  const waiting = said.filter(isWaiting);
  const [first, ...others] = distinct([
    ...facts.invalid,
    ...(scope.decision === 'refuse'
      ? said.filter((each) => !isWaiting(each))
      : []),
    ...(lint.decision === 'refuse' ? withOwnFinding(lint) : []),
  ]);
  const evidence = {
    scope: { decision: scope.decision, code: scope.code, ...scope.evidence },
    lint: lint.evidence,
    warnings,
  };
  if (first) {
    return {
      verdict: refuseVerdict(subject, [first, ...others], evidence),
      waiting,
    };
  }
  const modules = scope.modules;
  const ready = `${modules.length} ${modules.length === 1 ? 'module' : 'modules'} would be applied after the merge`;
  const verdict =
    waiting.length === 0
      ? passVerdict(subject, 'check/ready', ready, { modules, evidence })
      : passVerdict(
          subject,
          'check/waiting',
          `${ready}; ${waiting.length} ${waiting.length === 1 ? 'thing waits' : 'things wait'} for a person`,
          { modules, findings: waiting, evidence },
        );
  return { verdict, waiting };
}

/** A refusal that lists nothing is its own finding. */
function withOwnFinding(verdict: Verdict): readonly Finding[] {
  const { code, reason, remedy, findings, decision } = verdict;
  if (findings.length > 0 || decision === 'pass') return findings;
  return [{ code, reason, remedy }];
}

/** Exit 4 of the scope gate: sound, and not to be done unattended. */
function isWaiting({ code }: Finding): boolean {
  return exitStatusOf(code) === 4 && !NEVER_LANES.has(code);
}

/** Where no push would ever be judged, nothing waits. */
const NEVER_LANES: ReadonlySet<string> = new Set([
  'scope/event-not-supported',
  'scope/wrong-ref',
]);

function distinct(findings: readonly Finding[]): Finding[] {
  const seen = new Map(
    findings.map((each) => [`${each.code}\n${each.reason}`, each]),
  );
  return [...seen.values()];
}
