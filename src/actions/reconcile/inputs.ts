import * as z from 'zod';
import {
  booleanForm,
  lineForm,
  parseInputs,
  workspacePathForm,
} from '../input-forms.ts';
import type { RawInputs } from '../step.ts';

const schema = z.object({
  drift: booleanForm,
  'dry-run': booleanForm,
  'ntfy-url': lineForm.optional(),
  'working-directory': workspacePathForm,
  policy: workspacePathForm,
  token: z.string().optional(),
  'api-url': lineForm.optional(),
  'ssh-key': z.string().optional(),
  'ssh-key-file': lineForm.optional(),
  'state-ssh-key': z.string().optional(),
});

export type ReconcileInputs = ReturnType<typeof parseReconcileInputs>;

export function parseReconcileInputs(raw: RawInputs) {
  const inputs = parseInputs(schema, raw);
  return {
    /** Whether hosts are asked what runs there. */
    drift: inputs.drift,
    dryRun: inputs['dry-run'],
    ntfyUrl: inputs['ntfy-url'],
    workingDirectory: inputs['working-directory'],
    policyPath: inputs.policy,
    token: inputs.token,
    apiUrl: inputs['api-url'],
    sshKey: inputs['ssh-key'],
    sshKeyFile: inputs['ssh-key-file'],
    stateSshKey: inputs['state-ssh-key'],
  };
}
