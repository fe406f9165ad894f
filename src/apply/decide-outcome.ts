import type { Evidence } from '../model/errors.ts';
import {
  type Finding,
  passVerdict,
  refuseVerdict,
  type Verdict,
  type VerdictSubject,
} from '../model/verdict.ts';
import { type Attempt, isGood, type ModuleOutcome, wordOf } from './attempt.ts';
import { describeOutcome } from './describe-outcome.ts';

/** Ids by how it went, each in one list. */
export interface OutcomeLists {
  readonly applied: readonly string[];
  readonly noop: readonly string[];
  readonly failed: readonly string[];
  readonly rolledBack: readonly string[];
  readonly notAttempted: readonly string[];
}

/** Sorts the modules of a step by how it went with them. */
export function listOutcomes(outcomes: readonly ModuleOutcome[]): OutcomeLists {
  const lists = {
    applied: [] as string[],
    noop: [] as string[],
    failed: [] as string[],
    rolledBack: [] as string[],
    notAttempted: [] as string[],
  };
  for (const outcome of outcomes) {
    if (outcome.kind === 'held') lists.notAttempted.push(outcome.module);
    else lists[LIST_OF[wordOf(outcome.result)]].push(outcome.attempt.module);
  }
  return lists;
}

const LIST_OF = {
  applied: 'applied',
  noop: 'noop',
  rolled_back: 'rolledBack',
  failed: 'failed',
  refused: 'failed',
  unhealthy: 'failed',
  unknown: 'failed',
} as const;

/** What a step came to, from all its modules and what else went wrong. */
export function decideOutcome(
  subject: VerdictSubject,
  outcomes: readonly ModuleOutcome[],
  also: {
    /** Findings beside the modules, such as a status that was not stored. */
    readonly problems: readonly Finding[];
    /** Modules that were only looked at. */
    readonly observed: readonly Finding[];
  },
): Verdict {
  const evidence = {
    results: outcomes.map(describeResult),
    observed: also.observed.flatMap((each) => each.module ?? []),
  };
  const [first, ...others] = [
    ...outcomes.flatMap(findingsOf),
    ...also.problems,
  ];
  if (first) {
    const refused = refuseVerdict(subject, [first, ...others], evidence);
    return { ...refused, findings: [...refused.findings, ...also.observed] };
  }
  const reason = [
    ...outcomes.map(describeOutcome),
    ...also.observed.map((each) => each.reason),
  ].join('; ');
  const idle = outcomes.every(
    (each) => each.kind === 'attempted' && wordOf(each.result) === 'noop',
  );
  const code = idle ? 'apply/noop' : 'apply/applied';
  const observedOnly = outcomes.length === 0 && also.observed.length > 0;
  return passVerdict(subject, observedOnly ? 'apply/observed' : code, reason, {
    modules: outcomes.flatMap((each) =>
      each.kind === 'attempted' ? [each.attempt.module] : [],
    ),
    findings: also.observed,
    evidence,
  });
}

function findingsOf(outcome: ModuleOutcome): readonly Finding[] {
  if (isGood(outcome)) return [];
  if (outcome.kind === 'held') return [outcome.finding];
  const { result, attempt } = outcome;
  return 'finding' in result
    ? [{ ...result.finding, module: attempt.module }]
    : [];
}

/** One attempt for the verdict file, before it begins. */
export function describeIntent(attempt: Attempt): Evidence {
  return {
    module: attempt.module,
    host: attempt.host,
    sha: attempt.sha,
    tree: attempt.tree,
    plan_digest: attempt.planDigest,
    attempt: attempt.record,
    actor: attempt.actor,
    run: attempt.run,
  };
}

/** One result for the verdict and the verdict file. */
export function describeResult(outcome: ModuleOutcome): Evidence {
  if (outcome.kind === 'held') {
    return {
      module: outcome.module,
      result: 'not_attempted',
      code: outcome.finding.code,
    };
  }
  const { attempt, result } = outcome;
  return {
    module: attempt.module,
    host: attempt.host,
    result: wordOf(result),
    ...('finding' in result ? { code: result.finding.code } : {}),
    ...('health' in result
      ? { health: result.health, live_tree: result.liveTree }
      : {}),
    tree: attempt.tree,
    plan_digest: attempt.planDigest,
    attempt: attempt.record,
  };
}
