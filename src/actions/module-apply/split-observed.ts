import { describeWould } from '../../apply/describe-would.ts';
import type { Policy } from '../../model/policy.ts';
import { modeOf } from '../../model/policy-defaults.ts';
import { type Finding, finding } from '../../model/verdict.ts';
import type { ReadyModule } from './check-before-apply.ts';

/** A module that is only looked at, and why. */
export interface ObservedModule {
  readonly module: ReadyModule;
  readonly because: string;
}

/**
 * Takes out the modules whose host is only observed, and those that depend on
 * one which would have to change first.
 */
export function splitObserved(
  policy: Policy,
  modules: readonly ReadyModule[],
): {
  readonly toApply: readonly ReadyModule[];
  readonly observed: readonly ObservedModule[];
} {
  const waiting = new Set<string>();
  const observed: ObservedModule[] = [];
  const toApply = modules.filter((module) => {
    const { id, manifest, host } = module.source;
    const follows = manifest.depends_on.find((other) => waiting.has(other));
    if (modeOf(policy, host) === 'apply' && follows === undefined) return true;
    if (module.plan.exit_code === 1) waiting.add(id);
    const because =
      follows === undefined ? 'mode: observe' : `${follows} is observed`;
    observed.push({ module, because });
    return false;
  });
  return { toApply, observed };
}

/** What would be done to each, and what would hold it up now. */
export function describeObserved(
  observed: readonly ObservedModule[],
  held: ReadonlyMap<string, Finding>,
): readonly Finding[] {
  return observed.map(({ module: { source, plan }, because }) => {
    const { id, manifest } = source;
    const hold = held.get(id);
    const but = hold ? `; now it would wait: ${hold.reason}` : '';
    const reason = `${id} on ${manifest.host} was not changed (${because}): an apply ${describeWould(plan)}${but}`;
    return finding('apply/observed', reason, { module: id });
  });
}
