import { type Finding, finding } from '../../model/verdict.ts';
import type { DetectedLane } from './detect-lane.ts';

/** What head, base or the last applied commit say about a module. */
export interface ModuleNature {
  readonly id: string;
  readonly stateful: boolean;
  readonly optedOut: boolean;
  readonly selfHosting: boolean;
}

export interface PermissionFacts {
  readonly lane: DetectedLane;
  readonly modules: readonly ModuleNature[];
  /** True in a runner of a forge, which a self-hosting module would restart. */
  readonly insideRunner: boolean;
}

/**
 * Why module-apply itself does not touch a module in this lane, whatever the
 * gates before it said: the last door does not rest on the others.
 */
export function findForbiddenModules(
  facts: PermissionFacts,
): readonly Finding[] {
  const { lane } = facts;
  const armed =
    facts.modules.length === 1 &&
    (lane.name === 'stateful-noop' || ('armed' in lane && lane.armed));
  return facts.modules.flatMap((module) => {
    const found: Finding[] = [];
    if (module.stateful && !armed) {
      found.push(
        finding(
          'stateful/blocked',
          `${module.id} is stateful, and nobody armed it alone`,
          { module: module.id },
        ),
      );
    }
    if (module.optedOut && facts.lane.name !== 'none' && !facts.lane.byHand) {
      found.push(
        finding('scope/opted-out', `${module.id} says auto_apply: false`, {
          module: module.id,
        }),
      );
    }
    if (module.selfHosting && facts.insideRunner) {
      found.push(
        finding(
          'scope/self-hosting',
          `${module.id} runs the forge or the runner of this job`,
          { module: module.id },
        ),
      );
    }
    return found;
  });
}
