import {
  decideBreakGlass,
  judgePlea,
} from '../../gates/approval/break-glass.ts';
import { APPROVAL_GATE } from '../../gates/approval/decide-approval.ts';
import { ActionError } from '../../model/errors.ts';
import { refuseVerdict, type Verdict } from '../../model/verdict.ts';
import type { Subject } from '../../repository/subject.ts';
import { isByHand } from '../is-by-hand.ts';
import { readGround, readPlace } from '../read-place.ts';
import type { Ports } from '../step.ts';
import type { ApprovedShaInputs } from './inputs.ts';

/** Decides without the forge, which may be what is down. */
export async function breakGlass(
  subject: Subject,
  inputs: ApprovedShaInputs,
  ports: Ports,
): Promise<Verdict> {
  const plea = {
    actor: ports.context.actor,
    byHand: isByHand(ports, subject.policy),
    reason: inputs.breakGlassReason ?? '',
  };
  const [first, ...others] = judgePlea(plea);
  if (first) {
    const about = { gate: APPROVAL_GATE, sha: subject.head };
    return refuseVerdict(about, [first, ...others]);
  }
  if (inputs.sha === undefined) {
    throw new ActionError(
      'approval/malformed-sha',
      'sha: break-glass asks no forge what a pull request was merged as; give the full id of the commit',
    );
  }
  const ground = await readGround(subject, inputs, ports);
  const place = await readPlace(subject, inputs.sha, ground);
  return decideBreakGlass(plea, place, inputs.modules);
}
