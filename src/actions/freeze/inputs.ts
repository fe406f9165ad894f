import * as z from 'zod';
import { parseFreezeScope, parseFreezeUntil } from '../freeze-request.ts';
import {
  booleanForm,
  choiceForm,
  lineForm,
  moduleIdForm,
  parseInputs,
  workspacePathForm,
} from '../input-forms.ts';
import type { RawInputs } from '../step.ts';

const schema = z.object({
  change: choiceForm(['freeze', 'unfreeze']),
  module: moduleIdForm.optional(),
  host: moduleIdForm.optional(),
  all: booleanForm,
  reason: lineForm,
  until: lineForm.optional(),
  'working-directory': workspacePathForm,
  policy: workspacePathForm,
  token: z.string().optional(),
  'api-url': lineForm.optional(),
  'state-ssh-key': z.string().optional(),
});

export function parseFreezeInputs(raw: RawInputs, now: Date) {
  const inputs = parseInputs(schema, raw);
  return {
    change: {
      change: inputs.change,
      scope: parseFreezeScope(inputs),
      reason: inputs.reason,
      until: parseFreezeUntil(inputs, now),
    },
    workingDirectory: inputs['working-directory'],
    policyPath: inputs.policy,
    token: inputs.token,
    stateSshKey: inputs['state-ssh-key'],
  };
}
