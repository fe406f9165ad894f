import type { Wire } from './wire.ts';

export const output = (step: string, name: string): Wire => ({
  from: 'output',
  step,
  name,
});

export const input = (name: string): Wire => ({ from: 'input', name });

const secret = (name: string): Wire => ({ from: 'secret', name });

export const sshKey = secret('APPLY_GATES_SSH_KEY');
/** For who writes the state branch; the token of the job may read it. */
export const stateSshKey = secret('APPLY_GATES_STATE_SSH_KEY');
export const auditSignKey = secret('APPLY_GATES_AUDIT_SIGN_KEY');
export const ntfyUrl = secret('APPLY_GATES_NTFY_URL');
