import * as z from 'zod';
import {
  lineForm,
  moduleListForm,
  parseInputs,
  shaForm,
  workspacePathForm,
} from '../input-forms.ts';
import type { RawInputs } from '../step.ts';

const schema = z.object({
  modules: moduleListForm,
  sha: shaForm.optional(),
  output: lineForm.optional(),
  'working-directory': workspacePathForm,
  policy: workspacePathForm,
  token: z.string().optional(),
  'api-url': lineForm.optional(),
  'ssh-key': z.string().optional(),
  'ssh-key-file': lineForm.optional(),
});

export type ModulePlanInputs = ReturnType<typeof parseModulePlanInputs>;

export function parseModulePlanInputs(raw: RawInputs) {
  const inputs = parseInputs(schema, raw);
  return {
    modules: inputs.modules,
    sha: inputs.sha,
    /** Undefined: the job's own folder. */
    output: inputs.output,
    workingDirectory: inputs['working-directory'],
    policyPath: inputs.policy,
    token: inputs.token,
    sshKey: inputs['ssh-key'],
    sshKeyFile: inputs['ssh-key-file'],
  };
}
