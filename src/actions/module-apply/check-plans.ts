import { findUnboundPlans } from '../../gates/apply-readiness/bind-plans.ts';
import {
  decidePlanGuard,
  PLAN_GUARD,
} from '../../gates/plan-guard/decide-plan-guard.ts';
import { type Plan, planSchema } from '../../model/plan.ts';
import type { Finding } from '../../model/verdict.ts';
import type { ModuleFacts } from '../../repository/module-facts.ts';
import type { ModuleSource } from '../../repository/module-sources.ts';
import type { Subject } from '../../repository/subject.ts';
import { findPlanFiles, parsePlanFile, placeOf } from '../read-plan-files.ts';
import type { Ports } from '../step.ts';
import type { LaneRecord } from './check-lane.ts';
import type { ModuleApplyInputs } from './inputs.ts';

interface PlanCheck {
  readonly inputs: ModuleApplyInputs;
  readonly subject: Subject;
  readonly sources: readonly ModuleSource[];
  readonly facts: ReadonlyMap<string, ModuleFacts>;
  readonly record: LaneRecord;
}

/**
 * Reads the plans once more and judges them as the guard did, since files may
 * have changed meanwhile. Only what the guard let go on is carried out.
 */
export async function checkPlans(
  check: PlanCheck,
  ports: Ports,
): Promise<{
  readonly findings: readonly Finding[];
  readonly plans: ReadonlyMap<string, Plan>;
}> {
  const { inputs, subject, record } = check;
  const found = await findPlanFiles(inputs, ports.context);
  const armed = record.lane.name === 'stateful-noop';
  const { verdict } = decidePlanGuard({
    files: found.map((file) => parsePlanFile(file, 'apply-gates')),
    place: placeOf(inputs, ports.context),
    modules: inputs.modules,
    requireNoop: inputs.requireNoop,
    armed,
    allowDestructive: allowedByGuard(record),
    sha: subject.head,
    shaDemanded: true,
    now: ports.clock.now(),
    // Its age was judged; what grew old since then is planned again anyway.
    maxAgeMs: Number.POSITIVE_INFINITY,
    sacredModules: subject.policy.sacred.modules,
  });
  if (verdict.decision === 'refuse') {
    return { findings: verdict.findings, plans: new Map() };
  }
  const plans = new Map<string, Plan>();
  for (const file of found) {
    if ('problem' in file) continue;
    const plan = planSchema.parse(JSON.parse(file.content.toString()));
    plans.set(plan.module, plan);
  }
  const modules = check.sources.map(({ id, manifest }) => ({
    id,
    tree: check.facts.get(id)?.tree ?? '',
    driver: manifest.driver,
    host: manifest.host,
  }));
  const judged = judgedDigests(record);
  return { findings: findUnboundPlans({ modules, plans, judged }), plans };
}

/** What the guard let be destroyed, which only an approved apply may. */
function allowedByGuard({ verdicts, lane }: LaneRecord): readonly string[] {
  if (lane.name !== 'approved') return [];
  const last = verdicts.findLast((entry) => entry.step === PLAN_GUARD);
  const allowed = last?.verdict.evidence['allow_destructive'];
  return Array.isArray(allowed) ? allowed.map(String) : [];
}

/** Digests in the evidence of the guard's last verdict. */
function judgedDigests({ verdicts }: LaneRecord): ReadonlySet<string> {
  const last = verdicts.findLast((entry) => entry.step === PLAN_GUARD);
  const plans = last?.verdict.evidence['plans'];
  const digests = Array.isArray(plans)
    ? plans.map((plan: unknown) => Object(plan)['digest'] as unknown)
    : [];
  return new Set(
    digests.filter((digest): digest is string => typeof digest === 'string'),
  );
}
