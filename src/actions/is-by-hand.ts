import { isMachineAccount } from '../model/machine-account.ts';
import type { Policy } from '../model/policy.ts';
import type { Ports } from './step.ts';

/** True where a person dispatched the run: no push, schedule or machine did. */
export function isByHand(
  { context }: Ports,
  { approval }: Pick<Policy, 'approval'>,
): boolean {
  return (
    context.eventName === 'workflow_dispatch' &&
    !isMachineAccount(context.actor, approval.not_counted)
  );
}
