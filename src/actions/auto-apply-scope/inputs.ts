import * as z from 'zod';
import {
  choiceForm,
  lineForm,
  moduleIdForm,
  moduleListForm,
  parseInputs,
  shaForm,
  workspacePathForm,
} from '../input-forms.ts';
import type { RawInputs } from '../step.ts';

const schema = z.object({
  'event-name': lineForm.optional(),
  base: shaForm.optional(),
  head: shaForm.optional(),
  module: moduleIdForm.optional(),
  only: moduleListForm.optional(),
  'on-blocked': choiceForm(['fail', 'report']).optional(),
  'working-directory': workspacePathForm,
  policy: workspacePathForm,
  token: z.string().optional(),
  'api-url': lineForm.optional(),
  'state-ssh-key': z.string().optional(),
});

export type ScopeInputs = ReturnType<typeof parseScopeInputs>;

export function parseScopeInputs(raw: RawInputs) {
  const inputs = parseInputs(schema, raw);
  return {
    eventName: inputs['event-name'],
    base: inputs.base,
    head: inputs.head,
    /** The one module a person asked for. */
    module: inputs.module,
    /** What a run that brought nothing may look at; undefined: everything. */
    only: inputs.only,
    /** Undefined: as the event has it. */
    onBlocked: inputs['on-blocked'],
    workingDirectory: inputs['working-directory'],
    policyPath: inputs.policy,
    token: inputs.token,
    stateSshKey: inputs['state-ssh-key'],
  };
}
