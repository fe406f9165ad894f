import type { RunOrigin } from '../apply/attempt-entries.ts';
import { isMachineAccount } from '../model/machine-account.ts';
import type { Policy } from '../model/policy.ts';
import type { Ports } from './step.ts';

/** Who has something put on record: from the runner, never from an input. */
export function describeRun({ context }: Ports, policy: Policy): RunOrigin {
  const { actor, eventName, sha, job } = context;
  const machine = isMachineAccount(actor, policy.approval.not_counted);
  return {
    actor,
    account: machine ? 'machine' : 'person',
    event: eventName,
    sha,
    job,
  };
}
