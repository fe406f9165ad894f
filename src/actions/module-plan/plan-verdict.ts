import type { Acknowledged } from '../../model/acknowledged.ts';
import type { Plan } from '../../model/plan.ts';
import {
  passVerdict,
  refuseVerdict,
  type Verdict,
  type VerdictSubject,
} from '../../model/verdict.ts';
import type { ModulePlan } from '../plan-modules.ts';

type Planned = Extract<ModulePlan, { readonly kind: 'planned' }>;

/**
 * One refused plan refuses them all: nothing may be applied of a change of
 * which only a part could be looked at.
 */
export function decidePlans(
  subject: VerdictSubject,
  modulePlans: readonly ModulePlan[],
): { readonly verdict: Verdict; readonly plans: readonly Plan[] } {
  const findings = modulePlans.flatMap((each) =>
    each.kind === 'refused' ? each.findings : [],
  );
  const [first, ...others] = findings;
  if (first) {
    return { verdict: refuseVerdict(subject, [first, ...others]), plans: [] };
  }
  const planned = modulePlans.flatMap((each) =>
    each.kind === 'planned' ? [each] : [],
  );
  const plans = planned.map(({ plan }) => plan);
  return { verdict: passPlans(subject, planned), plans };
}

function passPlans(
  subject: VerdictSubject,
  planned: readonly Planned[],
): Verdict {
  const plans = planned.map(({ plan }) => plan);
  const changed = plans.filter((plan) => plan.exit_code === 1);
  const evidence = {
    plans: plans.map(({ module, exit_code, changes, digest, health }) => ({
      module,
      exit_code,
      changes: changes.length,
      digest,
      health: health ?? 'unknown',
    })),
    fences: highestFences(planned),
    acknowledged: acknowledgedHosts(planned),
  };
  const modules = plans.map((plan) => plan.module);
  return changed.length === 0
    ? passVerdict(subject, 'plan/in-sync', inSyncReason(modules), {
        modules,
        evidence,
      })
    : passVerdict(subject, 'plan/drift', driftReason(changed), {
        modules,
        evidence,
      });
}

/** The highest fence that each host has seen, for the lease of this lane. */
function highestFences(planned: readonly Planned[]): Record<string, number> {
  const fences: Record<string, number> = {};
  for (const { plan, fence } of planned) {
    if (fence === undefined) continue;
    fences[plan.host] = Math.max(fences[plan.host] ?? 0, fence);
  }
  return fences;
}

/** What each host says of whether it may be changed; a doubt stays one. */
function acknowledgedHosts(
  planned: readonly Planned[],
): Record<string, Acknowledged> {
  const hosts: Record<string, Acknowledged> = {};
  for (const { plan, acknowledged } of planned) {
    if ((hosts[plan.host] ?? 'yes') === 'yes') hosts[plan.host] = acknowledged;
  }
  return hosts;
}

function inSyncReason(modules: readonly string[]): string {
  return modules.length === 0
    ? 'There is no module to plan'
    : `In sync: ${modules.join(', ')}`;
}

function driftReason(changed: readonly Plan[]): string {
  return changed
    .map((plan) => `${plan.module} would change: ${countChanges(plan)}`)
    .join('; ');
}

function countChanges({ changes }: Plan): string {
  const names = changes.slice(0, 3).map((change) => change.resource);
  const more = changes.length - names.length;
  return `${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
