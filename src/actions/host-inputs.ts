import { resolve } from 'node:path';
import type { OpenHostRequest } from '../adapters/transport/open-host.ts';
import { InputError } from '../model/errors.ts';
import type { Ports } from './step.ts';

/** The inputs of a step that reaches hosts, as they were parsed. */
export interface HostInputs {
  readonly token: string | undefined;
  readonly sshKey: string | undefined;
  readonly sshKeyFile: string | undefined;
}

/** The key for the hosts: its content or the file it is in, never both. */
export function readHostKey(
  inputs: HostInputs,
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
