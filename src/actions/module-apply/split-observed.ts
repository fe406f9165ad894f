import type { Policy } from '../../model/policy.ts';
import { modeOf } from '../../model/policy-defaults.ts';
import { type Finding, finding } from '../../model/verdict.ts';
import type { ReadyModule } from './check-before-apply.ts';

/**
 * Takes out the modules whose host is only observed, and those that depend on
 * one which would have to change first; says what would be done to each.
 */
export function splitObserved(
  policy: Policy,
  modules: readonly ReadyModule[],
): {
  readonly toApply: readonly ReadyModule[];
  readonly observed: readonly Finding[];
} {
  const waiting = new Set<string>();
  const observed: Finding[] = [];
  const toApply = modules.filter((module) => {
    const { id, manifest, host } = module.source;
    const follows = manifest.depends_on.find((other) => waiting.has(other));
    if (modeOf(policy, host) === 'apply' && follows === undefined) return true;
    if (module.plan.exit_code === 1) waiting.add(id);
    observed.push(
      finding('apply/observed', describeObserved(module, follows), {
        module: id,
      }),
    );
    return false;
  });
  return { toApply, observed };
}

function describeObserved(
  { source, plan }: ReadyModule,
  follows: string | undefined,
): string {
  const because =
    follows === undefined ? 'mode: observe' : `${follows} is observed`;
  const what =
    plan.exit_code === 0
      ? 'nothing that runs would change'
      : `would change ${plan.changes.map((change) => `${change.action} ${change.resource}`).join(', ')}`;
  return `${source.id} on ${source.manifest.host} (${because}): ${what}`;
}
