import * as z from 'zod';
import {
  booleanForm,
  lineForm,
  moduleListForm,
  parseInputs,
  shaForm,
  workspacePathForm,
} from '../input-forms.ts';
import type { RawInputs } from '../step.ts';

const schema = z.object({
  modules: moduleListForm,
  to: shaForm.optional(),
  reason: z.string().optional(),
  'dry-run': booleanForm,
  'working-directory': workspacePathForm,
  policy: workspacePathForm,
  token: z.string().optional(),
  'api-url': lineForm.optional(),
  'state-ssh-key': z.string().optional(),
  'ssh-key': z.string().optional(),
  'ssh-key-file': lineForm.optional(),
});

export type RollbackTargetInputs = ReturnType<typeof parseRollbackTargetInputs>;

export function parseRollbackTargetInputs(raw: RawInputs) {
  const inputs = parseInputs(schema, raw);
  return {
    modules: inputs.modules,
    /** Undefined: what was live last before what is live. */
    to: inputs.to,
    /** Judged by the gate. */
    reason: (inputs.reason ?? '').trim(),
    dryRun: inputs['dry-run'],
    workingDirectory: inputs['working-directory'],
    policyPath: inputs.policy,
    token: inputs.token,
    stateSshKey: inputs['state-ssh-key'],
    sshKey: inputs['ssh-key'],
    sshKeyFile: inputs['ssh-key-file'],
  };
}
