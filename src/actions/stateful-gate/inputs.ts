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

/** Judged by the gate, which tells what is wrong with it; only bounded here. */
const typedText = z.string().max(1_000, 'at most 1000 characters').optional();

const schema = z.object({
  'event-name': lineForm.optional(),
  modules: moduleListForm,
  'allow-stateful': booleanForm,
  'backup-ref': typedText,
  'stateful-confirm': typedText,
  sha: shaForm.optional(),
  'working-directory': workspacePathForm,
  policy: workspacePathForm,
  token: z.string().optional(),
  'api-url': lineForm.optional(),
  'state-ssh-key': z.string().optional(),
  'ssh-key': z.string().optional(),
  'ssh-key-file': lineForm.optional(),
});

export type StatefulGateInputs = ReturnType<typeof parseStatefulGateInputs>;

export function parseStatefulGateInputs(raw: RawInputs) {
  const inputs = parseInputs(schema, raw);
  return {
    eventName: inputs['event-name'],
    modules: inputs.modules,
    allowStateful: inputs['allow-stateful'],
    backupRef: inputs['backup-ref'],
    confirmation: inputs['stateful-confirm'],
    sha: inputs.sha,
    workingDirectory: inputs['working-directory'],
    policyPath: inputs.policy,
    token: inputs.token,
    stateSshKey: inputs['state-ssh-key'],
    sshKey: inputs['ssh-key'],
    sshKeyFile: inputs['ssh-key-file'],
  };
}
