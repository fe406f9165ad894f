import {
  findMissingGates,
  type RecordedVerdict,
} from '../../gates/apply-readiness/apply-readiness.ts';
import {
  type DetectedLane,
  detectLane,
} from '../../gates/apply-readiness/detect-lane.ts';
import { findForbiddenModules } from '../../gates/apply-readiness/module-permission.ts';
import { judgePlea } from '../../gates/approval/break-glass.ts';
import { judgeRollbackPlea } from '../../gates/rollback/decide-rollback.ts';
import { LANES } from '../../lanes/lanes.ts';
import { type Finding, finding } from '../../model/verdict.ts';
import type { ModuleFacts } from '../../repository/module-facts.ts';
import type { Subject } from '../../repository/subject.ts';
import { isByHand } from '../is-by-hand.ts';
import type { Ports } from '../step.ts';
import type { ModuleApplyInputs } from './inputs.ts';

/** What the job has decided so far, and the lane that follows from it. */
export interface LaneRecord {
  readonly verdicts: readonly RecordedVerdict[];
  readonly lane: DetectedLane;
}

interface LaneRequest {
  readonly subject: Subject;
  readonly inputs: ModuleApplyInputs;
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
  { subject, inputs }: LaneRequest,
  ports: Ports,
): readonly Finding[] {
  if (lane.name === 'none') {
    const reason = `The event ${lane.event} never applies anything`;
    return [finding('scope/event-not-supported', reason)];
  }
  const { gates } = LANES[lane.name];
  const missing = findMissingGates({
    verdicts,
    gates,
    sha: subject.head,
    modules: inputs.modules,
    rehearsal: ports.context.rehearsal === true,
    breakGlass: isBreakGlassMeant(lane, { subject, inputs }, ports),
  });
  return [...missing, ...checkRollback(lane, { subject, inputs }, ports)];
}

/** As with the glass: it takes the person, and the reason given here as well. */
function checkRollback(
  lane: DetectedLane,
  { subject, inputs }: LaneRequest,
  ports: Ports,
): readonly Finding[] {
  if (lane.name !== 'rollback') return [];
  const { actor } = ports.context;
  const reason = inputs.rollbackReason ?? '';
  const byHand = isByHand(ports, subject.policy);
  const said = lane.commit.rollback;
  const meant = said?.reason === reason && said.actor === actor;
  return meant && inputs.modules.length === 1
    ? judgeRollbackPlea({ actor, byHand, reason })
    : [
        finding(
          'apply/gate-missing',
          'rollback-target passed for another reason, actor or number of modules than module-apply was given',
        ),
      ];
}

/** A reason that only the gate was given is none for what is behind it. */
function isBreakGlassMeant(
  lane: DetectedLane,
  { subject, inputs }: LaneRequest,
  ports: Ports,
): boolean {
  const { actor } = ports.context;
  const { breakGlassReason: reason } = inputs;
  if (lane.name !== 'approved' || reason === undefined) return false;
  const byHand = isByHand(ports, subject.policy);
  const said = lane.commit.breakGlass;
  return (
    said?.reason === reason &&
    said.actor === actor &&
    judgePlea({ actor, byHand, reason }).length === 0
  );
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
