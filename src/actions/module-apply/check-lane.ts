import {
  findMissingGates,
  type RecordedVerdict,
} from '../../gates/apply-readiness/apply-readiness.ts';
import {
  type DetectedLane,
  detectLane,
} from '../../gates/apply-readiness/detect-lane.ts';
import { findForbiddenModules } from '../../gates/apply-readiness/module-permission.ts';
import { LANES } from '../../lanes/lanes.ts';
import { type Finding, finding } from '../../model/verdict.ts';
import type { ModuleFacts } from '../../repository/module-facts.ts';
import type { Subject } from '../../repository/subject.ts';
import type { Ports } from '../step.ts';

/** What the job has decided so far, and the lane that follows from it. */
export interface LaneRecord {
  readonly verdicts: readonly RecordedVerdict[];
  readonly lane: DetectedLane;
}

export function readLane(subject: Subject, ports: Ports): LaneRecord {
  const verdicts = ports.verdicts
    .read()
    .flatMap((entry) => (entry.kind === 'verdict' ? [entry] : []));
  return { verdicts, lane: detectLane(subject.event, verdicts) };
}

/** Gates of the lane that did not pass for exactly this commit and modules. */
export function checkGates(
  { verdicts, lane }: LaneRecord,
  asked: {
    readonly sha: string;
    readonly modules: readonly string[];
    readonly rehearsal: boolean;
  },
): readonly Finding[] {
  if (lane.name === 'none') {
    const reason = `The event ${lane.event} never applies anything`;
    return [finding('scope/event-not-supported', reason)];
  }
  const { gates } = LANES[lane.name];
  return findMissingGates({ verdicts, gates, ...asked });
}

/** Modules that this step does not touch, whatever the gates said. */
export function checkPermission(
  { lane }: LaneRecord,
  facts: ReadonlyMap<string, ModuleFacts>,
  ports: Ports,
): readonly Finding[] {
  return findForbiddenModules({
    lane,
    modules: [...facts.values()],
    insideRunner: ports.context.flavour !== 'local',
  });
}
