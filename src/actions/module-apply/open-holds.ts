import * as z from 'zod';
import type { Subject } from '../../repository/subject.ts';
import { holderId } from '../holder-id.ts';
import { HostLeases } from '../host-leases.ts';
import { isByHand } from '../is-by-hand.ts';
import { makeRunQuestion } from '../run-question.ts';
import type { Ports } from '../step.ts';
import { Holds } from './holds.ts';
import type { ModuleApplyInputs } from './inputs.ts';

const fencesSchema = z.record(z.string(), z.int().min(0));

/** Who asks for the hosts of this run, and what they may pass. */
export function openHolds(
  asked: { readonly inputs: ModuleApplyInputs; readonly subject: Subject },
  ports: Ports,
): Holds {
  const { context, clock } = ports;
  const taker = {
    id: holderId(context.folder()),
    run: context.identity,
    actor: context.actor,
    reason: null,
    duration_ms: asked.subject.policy.state.lease,
  };
  const leases = new HostLeases({
    ...{ taker, clock, seen: readSeen(ports) },
    askRun: makeRunQuestion(asked.inputs, ports),
  });
  const person = isByHand(ports, asked.subject.policy);
  const pass = { person, reason: asked.inputs.despiteFreeze };
  return new Holds(leases, pass, ports);
}

/**
 * What the hosts told with their plans. A plan from elsewhere tells nothing:
 * then the host itself refuses a fence that is too low, and names its own.
 */
function readSeen({ verdicts }: Ports): ReadonlyMap<string, number> {
  const seen = new Map<string, number>();
  for (const entry of verdicts.read()) {
    if (entry.kind !== 'verdict' || entry.step !== 'module-plan') continue;
    const fences = fencesSchema.safeParse(entry.verdict.evidence['fences']);
    for (const [host, fence] of Object.entries(fences.data ?? {})) {
      seen.set(host, fence);
    }
  }
  return seen;
}
