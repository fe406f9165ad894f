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
  sha: shaForm.optional(),
  plan: z
    .string()
    .max(100_000, 'at most 100000 characters')
    .regex(/^[^\0]*$/, 'a path without NUL')
    .optional(),
  'require-noop': booleanForm,
  'working-directory': workspacePathForm,
  policy: workspacePathForm,
  token: z.string().optional(),
  'api-url': lineForm.optional(),
  'ssh-key': z.string().optional(),
  'ssh-key-file': lineForm.optional(),
});

export type ModuleApplyInputs = ReturnType<typeof parseModuleApplyInputs>;

export function parseModuleApplyInputs(raw: RawInputs) {
  const inputs = parseInputs(schema, raw);
  return {
    modules: inputs.modules,
    sha: inputs.sha,
    /** Undefined: the plans that module-plan left in this job. */
    plan: inputs.plan,
    requireNoop: inputs['require-noop'],
    workingDirectory: inputs['working-directory'],
    policyPath: inputs.policy,
    token: inputs.token,
    sshKey: inputs['ssh-key'],
    sshKeyFile: inputs['ssh-key-file'],
  };
}
