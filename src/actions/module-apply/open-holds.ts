import * as z from 'zod';
import type { Subject } from '../../repository/subject.ts';
import { holderId } from '../holder-id.ts';
import { HostLeases } from '../host-leases.ts';
import { isByHand } from '../is-by-hand.ts';
import { makeRunQuestion } from '../run-question.ts';
import type { Ports } from '../step.ts';
import { Holds } from './holds.ts';
import type { ModuleApplyInputs } from './inputs.ts';
import { readToldByHosts } from './told-by-hosts.ts';

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
  // What is not told the host says itself, where a fence is too low for it.
  const seen = readToldByHosts(ports, 'fences', z.int().min(0));
  const leases = new HostLeases({
    ...{ taker, clock, seen },
    askRun: makeRunQuestion(asked.inputs, ports),
  });
  const person = isByHand(ports, asked.subject.policy);
  const rollback = asked.subject.rollback?.reason;
  const pass = { person, reason: asked.inputs.despiteFreeze, rollback };
  return new Holds(leases, pass, ports);
}
