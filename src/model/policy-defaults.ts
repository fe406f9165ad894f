import type { HostPolicy, Policy } from './policy.ts';

/** Where the policy is, unless an input says otherwise. */
export const DEFAULT_POLICY_PATH = '.platform/gates.yaml';

/** The mode that counts for one host. */
export function modeOf(policy: Policy, host: HostPolicy): Policy['mode'] {
  return host.mode ?? policy.mode;
}

/** Folder of the backups on a host. */
export function backupRootOf(policy: Policy, host: HostPolicy): string {
  return policy.stateful.backup_root ?? `${host.runtime_root}/backups`;
}

/** Whether a backup that arms a module must have its receipt on the host. */
export function requiresReceipt(policy: Policy, host: HostPolicy): boolean {
  return policy.stateful.require_receipt ?? modeOf(policy, host) === 'apply';
}
