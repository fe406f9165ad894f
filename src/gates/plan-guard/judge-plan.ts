import { printable } from '../../model/printable.ts';
import { type Finding, finding } from '../../model/verdict.ts';
import type { AssignedPlan } from './assign-plans.ts';
import type { JudgedChange } from './judged-plan.ts';

/** Clocks of runners and hosts differ a little. */
const FUTURE_SKEW_MS = 120_000;
const MAX_NAMED = 10;
const MAX_DETAIL_LENGTH = 300;

/** What one plan is held against. */
export interface PlanDemands {
  /** Only a plan that is in sync may go on. */
  readonly noop: boolean;
  /** Who wants that, for the reason. */
  readonly noopBecause: string;
  /** The commit that is judged; undefined where nobody knows it. */
  readonly sha: string | undefined;
  /** True where `sha` was asked for by name, so that it must be proven. */
  readonly shaDemanded: boolean;
  readonly now: Date;
  readonly maxAgeMs: number;
  readonly sacredModules: readonly string[];
  readonly digest?: string | undefined;
  readonly allowDestructive?: readonly string[];
}

/** Everything that speaks against one plan, the gravest first. */
export function judgePlan(
  assigned: AssignedPlan,
  demands: PlanDemands,
): readonly Finding[] {
  const { name, plan, module } = assigned;
  const details = module === undefined ? {} : { module };
  if (plan.outcome === 'error') {
    const why = plan.problem ?? 'the plan command failed';
    const reason = `The plan ${name} could not be made: ${why}`;
    return [finding('plan/error', reason, details)];
  }
  return [
    ...findWrongSource(assigned, demands),
    ...findOtherDigest(assigned, demands),
    ...findExpiry(assigned, demands),
    ...findForbiddenChanges(assigned, demands),
  ].map(({ code, reason }) => finding(code, reason, details));
}

/** What the document does not say and nobody could check. */
export function listUnchecked(
  { plan, module }: AssignedPlan,
  demands: Pick<PlanDemands, 'sha'>,
): readonly string[] {
  return [
    ...(plan.format === 'apply-gates' ? [] : ['digest']),
    ...(plan.sourceSha && demands.sha ? [] : ['commit']),
    ...(plan.createdAt ? [] : ['age']),
    ...(plan.module !== undefined && plan.module === module ? [] : ['module']),
  ];
}

type Objection = Pick<Finding, 'code' | 'reason'>;

function findWrongSource(
  { name, plan }: AssignedPlan,
  { sha, shaDemanded }: PlanDemands,
): readonly Objection[] {
  const code = 'plan/wrong-source';
  if (sha === undefined) return [];
  if (plan.sourceSha === undefined) {
    // In sync there is nothing to apply, whatever commit it was made from.
    return shaDemanded && plan.outcome === 'drift'
      ? [
          {
            code,
            reason: `The plan ${name} (${plan.format}) does not say which commit it was made from, and would change something; asked for was ${sha}`,
          },
        ]
      : [];
  }
  if (plan.sourceSha === sha) return [];
  const reason = `The plan ${name} was made from ${plan.sourceSha}, not from ${sha}`;
  return [{ code, reason }];
}

function findOtherDigest(
  { name, plan }: AssignedPlan,
  { digest }: PlanDemands,
): readonly Objection[] {
  if (digest === undefined || plan.digest === digest) return [];
  const reason = `The plan ${name} is ${plan.digest}; asked for was ${digest}`;
  return [{ code: 'plan/digest-mismatch', reason }];
}

function findExpiry(
  { name, plan }: AssignedPlan,
  { now, maxAgeMs }: PlanDemands,
): readonly Objection[] {
  if (!plan.createdAt) return [];
  const code = 'plan/expired';
  const age = now.getTime() - plan.createdAt.getTime();
  const made = `The plan ${name} was made at ${plan.createdAt.toISOString()}`;
  if (age > maxAgeMs) {
    const seconds = (milliseconds: number) => Math.floor(milliseconds / 1_000);
    return [
      {
        code,
        reason: `${made}, ${seconds(age)} seconds ago; max-age is ${seconds(maxAgeMs)} seconds`,
      },
    ];
  }
  return age < -FUTURE_SKEW_MS
    ? [{ code, reason: `${made}, which is in the future` }]
    : [];
}

function findForbiddenChanges(
  { name, plan, module }: AssignedPlan,
  { noop, noopBecause, sacredModules, allowDestructive = [] }: PlanDemands,
): readonly Objection[] {
  const { changes } = plan;
  const sacredModule = module !== undefined && sacredModules.includes(module);
  const sacred = changes.filter((each) => each.sacred || sacredModule);
  const unnamed = changes.filter(
    ({ resource }) => !allowDestructive.includes(resource),
  );
  const destroying = unnamed.filter((each) => each.destructive === true);
  const opaque = unnamed.filter((each) => each.destructive === 'unknown');
  const found: Objection[] = [];
  if (sacred.length > 0) {
    const reason = `The plan ${name} would change what is sacred: ${tell(sacred)}`;
    found.push({ code: 'plan/sacred', reason });
  }
  if (destroying.length > 0) {
    const reason = `The plan ${name} would destroy: ${tell(destroying)}`;
    found.push({ code: 'plan/destructive', reason });
  } else if (opaque.length > 0 && !noop) {
    const reason = `The plan ${name} does not say whether it destroys something: ${tell(opaque)}`;
    found.push({ code: 'plan/destructive', reason });
  }
  if (noop && plan.outcome === 'drift') {
    const reason = `The plan ${name} is not in sync, and ${noopBecause}: ${tell(changes)}`;
    found.push({ code: 'plan/drift-refused', reason });
  }
  return found;
}

function tell(changes: readonly JudgedChange[]): string {
  const named = changes
    .slice(0, MAX_NAMED)
    .map(({ action, resource, detail }) => {
      const why = detail ? ` (${detail.slice(0, MAX_DETAIL_LENGTH)})` : '';
      return printable(`${action} ${JSON.stringify(resource)}${why}`);
    });
  const more = changes.length - named.length;
  return `${named.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
