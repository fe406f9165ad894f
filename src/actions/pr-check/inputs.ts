import * as z from 'zod';
import {
  booleanForm,
  lineForm,
  parseInputs,
  workspacePathForm,
} from '../input-forms.ts';
import type { RawInputs } from '../step.ts';

const schema = z.object({
  comment: booleanForm,
  'working-directory': workspacePathForm,
  policy: workspacePathForm,
  token: z.string().optional(),
  'api-url': lineForm.optional(),
});

export type CheckInputs = ReturnType<typeof parseCheckInputs>;

export function parseCheckInputs(raw: RawInputs) {
  const inputs = parseInputs(schema, raw);
  return {
    comment: inputs.comment,
    workingDirectory: inputs['working-directory'],
    policyPath: inputs.policy,
    token: inputs.token,
    apiUrl: inputs['api-url'],
  };
}
