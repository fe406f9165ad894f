import * as z from 'zod';
import {
  booleanForm,
  lineForm,
  parseInputs,
  workspacePathForm,
} from '../input-forms.ts';
import type { RawInputs } from '../step.ts';

const schema = z.object({
  record: booleanForm,
  'working-directory': workspacePathForm,
  policy: workspacePathForm,
  token: z.string().optional(),
  'api-url': lineForm.optional(),
  'state-ssh-key': z.string().optional(),
});

export type LaneReportInputs = ReturnType<typeof parseLaneReportInputs>;

export function parseLaneReportInputs(raw: RawInputs) {
  const inputs = parseInputs(schema, raw);
  return {
    record: inputs.record,
    workingDirectory: inputs['working-directory'],
    policyPath: inputs.policy,
    token: inputs.token,
    stateSshKey: inputs['state-ssh-key'],
  };
}
