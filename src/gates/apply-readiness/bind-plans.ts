import type { Plan } from '../../model/plan.ts';
import { type Finding, finding } from '../../model/verdict.ts';

/** A module as it would be applied now. */
export interface BindingModule {
  readonly id: string;
  readonly tree: string;
  readonly driver: string;
  readonly host: string;
}

export interface BindingFacts {
  readonly modules: readonly BindingModule[];
  readonly plans: ReadonlyMap<string, Plan>;
  /** Digests of the plans that the plan guard let go on. */
  readonly judged: ReadonlySet<string>;
}

/**
 * What keeps a plan from being carried out although it is whole in itself: it
 * is not the one the guard judged, or it is about other content, another host
 * or another driver than the commit says.
 */
export function findUnboundPlans(facts: BindingFacts): readonly Finding[] {
  return facts.modules.flatMap((module) => {
    const plan = facts.plans.get(module.id);
    const details = { module: module.id };
    if (!plan) {
      return [
        finding('plan/missing', `There is no plan of ${module.id}`, details),
      ];
    }
    if (!facts.judged.has(plan.digest)) {
      return [
        finding(
          'plan/digest-mismatch',
          `The plan of ${module.id} is not the one that the plan guard judged`,
          details,
        ),
      ];
    }
    return differences(plan, module).map((reason) =>
      finding('plan/wrong-source', reason, details),
    );
  });
}

function differences(plan: Plan, module: BindingModule): readonly string[] {
  const pairs = [
    ['content', plan.tree ?? 'none', module.tree],
    ['driver', plan.driver, module.driver],
    ['host', plan.host, module.host],
  ] as const;
  return pairs
    .filter(([, planned, wanted]) => planned !== wanted)
    .map(
      ([what, planned, wanted]) =>
        `The plan of ${module.id} is for the ${what} ${planned}, not for ${wanted}`,
    );
}
