import { createHash } from 'node:crypto';
import {
  finding,
  passVerdict,
  refuseVerdict,
  type Verdict,
} from '../../model/verdict.ts';
import {
  type AssignedPlan,
  assignPlans,
  type PlanFile,
} from './assign-plans.ts';
import { judgePlan, listUnchecked, type PlanDemands } from './judge-plan.ts';

export const PLAN_GUARD = 'plan-noop-guard';

const MAX_CHANGES_IN_EVIDENCE = 50;

export interface PlanGuardFacts {
  readonly files: readonly PlanFile[];
  /** Where plans were looked for, as it was asked. */
  readonly place: string;
  /** Ids that were asked for; undefined where any plan is looked at. */
  readonly modules: readonly string[] | undefined;
  readonly requireNoop: boolean;
  /** True if the stateful gate armed a module that may not change. */
  readonly armed: boolean;
  /** The one plan that a person wants, by its digest. */
  readonly digest?: string | undefined;
  /** Resources that a person lets an approved apply destroy. */
  readonly allowDestructive?: readonly string[];
  readonly sha: string | undefined;
  readonly shaDemanded: boolean;
  readonly now: Date;
  readonly maxAgeMs: number;
  readonly sacredModules: readonly string[];
}

export interface PlanGuardDecision {
  readonly verdict: Verdict;
  readonly inSync: boolean;
  /** Number of changes in all plans. */
  readonly changes: number;
  /** Of the plan; with several plans over theirs; empty without any. */
  readonly digest: string;
}

/** Judges all plans of a job at once; one that is refused refuses them all. */
export function decidePlanGuard(facts: PlanGuardFacts): PlanGuardDecision {
  const demands: PlanDemands = {
    ...facts,
    noop: facts.requireNoop || facts.armed,
    noopBecause: facts.requireNoop
      ? 'only a plan that is in sync may go on'
      : 'stateful-gate armed a module in this job, so that only a plan that is in sync may go on, whatever require-noop says',
  };
  const { plans, findings } = assignPlans(facts.files, facts.modules);
  const nothing = facts.files.length === 0 && facts.modules === undefined;
  const [first, ...others] = [
    ...(nothing ? [noPlanAtAll(facts)] : []),
    ...findings,
    ...plans.flatMap((plan) => judgePlan(plan, demands)),
  ];
  const inSync =
    first === undefined &&
    plans.every(({ plan }) => plan.outcome === 'in-sync');
  const evidence = describe(plans, facts, demands);
  const subject = { gate: PLAN_GUARD, sha: facts.sha ?? '' };
  return {
    verdict: first
      ? refuseVerdict(subject, [first, ...others], evidence)
      : passVerdict(
          subject,
          inSync ? 'plan/in-sync' : 'plan/drift-allowed',
          tellPass(plans, demands, inSync),
          { modules: plans.flatMap(({ module }) => module ?? []), evidence },
        ),
    inSync,
    changes: plans.reduce((sum, { plan }) => sum + plan.changes.length, 0),
    digest: combineDigests(plans),
  };
}

function noPlanAtAll(facts: PlanGuardFacts) {
  return finding(
    'plan/missing',
    `There is no plan at ${JSON.stringify(facts.place)}`,
    { remedy: 'Make a plan first, and give its path or a glob as plan.' },
  );
}

function tellPass(
  plans: readonly AssignedPlan[],
  demands: PlanDemands,
  inSync: boolean,
): string {
  if (plans.length === 0) return 'No module was asked for: nothing to judge';
  const names = plans.map(({ module, name }) => module ?? name).join(', ');
  const unchecked = [
    ...new Set(plans.flatMap((plan) => listUnchecked(plan, demands))),
  ];
  const limits =
    unchecked.length === 0
      ? ''
      : ` (nothing told these, so they were not checked: ${unchecked.join(', ')})`;
  return inSync
    ? `In sync: ${names}${limits}`
    : `Not in sync, which this lane allows: ${names}${limits}`;
}

function describe(
  plans: readonly AssignedPlan[],
  facts: PlanGuardFacts,
  demands: PlanDemands,
) {
  return {
    require_noop: facts.requireNoop,
    armed: facts.armed,
    allow_destructive: facts.allowDestructive ?? [],
    max_age_ms: facts.maxAgeMs,
    plans: plans.map((assigned) => ({
      name: assigned.name,
      format: assigned.plan.format,
      module: assigned.module ?? null,
      digest: assigned.plan.digest,
      outcome: assigned.plan.outcome,
      change_count: assigned.plan.changes.length,
      changes: assigned.plan.changes
        .slice(0, MAX_CHANGES_IN_EVIDENCE)
        .map(({ resource, action, destructive, sacred }) => ({
          resource,
          action,
          destructive,
          sacred,
        })),
      unchecked: listUnchecked(assigned, demands),
      notes: assigned.plan.notes,
    })),
  };
}

function combineDigests(plans: readonly AssignedPlan[]): string {
  const [first, second] = plans;
  if (!first) return '';
  if (!second) return first.plan.digest;
  const lines = plans
    .map(({ module, name, plan }) => `${module ?? name} ${plan.digest}\n`)
    .sort();
  const sum = createHash('sha256').update(lines.join('')).digest('hex');
  return `sha256:${sum}`;
}
