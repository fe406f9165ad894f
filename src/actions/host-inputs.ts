import { resolve } from 'node:path';
import * as z from 'zod';
import type { OpenHostRequest } from '../adapters/transport/open-host.ts';
import { InputError } from '../model/errors.ts';
import {
  lineForm,
  moduleListForm,
  shaForm,
  workspacePathForm,
} from './input-forms.ts';
import type { Ports } from './step.ts';

/** Forms of the inputs that every step that reaches hosts takes. */
export const hostInputForms = {
  modules: moduleListForm,
  sha: shaForm.optional(),
  'working-directory': workspacePathForm,
  policy: workspacePathForm,
  token: z.string().optional(),
  'api-url': lineForm.optional(),
  'ssh-key': z.string().optional(),
  'ssh-key-file': lineForm.optional(),
};

/** The inputs of a step that reaches hosts, as they were parsed. */
export type HostInputs = ReturnType<typeof nameHostInputs>;

/** Parsed inputs under the names that code has for them. */
export function nameHostInputs(
  inputs: z.output<z.ZodObject<typeof hostInputForms>>,
) {
  return {
    modules: inputs.modules,
    sha: inputs.sha,
    workingDirectory: inputs['working-directory'],
    policyPath: inputs.policy,
    token: inputs.token,
    apiUrl: inputs['api-url'],
    sshKey: inputs['ssh-key'],
    sshKeyFile: inputs['ssh-key-file'],
  };
}

/** The key for the hosts: its content or the file it is in, never both. */
export function readHostKey(
  inputs: Pick<HostInputs, 'sshKey' | 'sshKeyFile'>,
  ports: Ports,
): OpenHostRequest['key'] {
  const { sshKey, sshKeyFile } = inputs;
  if (sshKey !== undefined && sshKeyFile !== undefined) {
    throw new InputError('ssh-key-file', sshKeyFile, 'it or ssh-key, not both');
  }
  if (sshKey !== undefined) return { content: sshKey };
  if (sshKeyFile === undefined) return undefined;
  return { file: resolve(ports.context.workspace, sshKeyFile) };
}
