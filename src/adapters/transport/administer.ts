import { ADMIN_PROGRAM } from '../../host/admin-program.ts';
import {
  encodeRequest,
  MAX_ANSWER_BYTES,
  parseAnswer,
  remoteCommand,
} from '../../host/protocol.ts';
import { ActionError } from '../../model/errors.ts';
import { printable } from '../../model/printable.ts';
import type { Exec } from '../exec.ts';
import { PERSIST_SECONDS } from './ssh-config.ts';

const TIMEOUT_MS = 120_000;

/** How an administrator reaches a host: as they do anyway. */
export interface AdminAccess {
  /** `user@address` or a name of their ssh config; undefined: this machine. */
  readonly destination: string | undefined;
  readonly port: number | undefined;
  readonly identity: string | undefined;
  /** A file of keys that count beside those the administrator knows. */
  readonly knownHosts: string | undefined;
  /** The socket of a connection that all calls share. */
  readonly controlPath?: string;
  /** Their environment: ssh needs home, agent and path. */
  readonly env: Readonly<Record<string, string>>;
  readonly exec: Exec;
}

/** Runs one operation of an administrator's program; the values it answers. */
export async function administer(
  access: AdminAccess,
  fields: Readonly<Record<string, string>>,
  program = ADMIN_PROGRAM,
): Promise<ReadonlyMap<string, string>> {
  const { destination, env, exec } = access;
  const result = await exec.run({
    file: destination === undefined ? '/bin/sh' : 'ssh',
    args:
      destination === undefined
        ? ['-c', 'eval "$0"', program]
        : [...sshOptions(access), '--', destination, remoteCommand(program)],
    env,
    input: encodeRequest(fields, { plain: false }),
    timeoutMs: TIMEOUT_MS,
    maxBytes: MAX_ANSWER_BYTES,
  });
  const answer = parseAnswer(result.stdout);
  const place = destination ?? 'this machine';
  if (answer.kind !== 'answer') {
    const how = result.failure ?? `exit ${result.exitCode}`;
    const said = printable(
      result.stderr.trim().split('\n').slice(-2).join(' | '),
    );
    throw refused(place, `${said === '' ? 'no answer' : said} (${how})`);
  }
  const values = new Map(
    [...answer.fields].map(([key, value]) => [key, value.toString('utf8')]),
  );
  const problem = values.get('problem');
  if (problem !== undefined) throw refused(place, printable(problem));
  return values;
}

/** What runs a program on the host, as the administrator. */
export function adminCommand(access: AdminAccess, program: string) {
  const { destination } = access;
  return destination === undefined
    ? { file: '/bin/sh', args: ['-c', 'eval "$0"', program] }
    : {
        file: 'ssh',
        args: [
          ...sshOptions(access),
          ...['--', destination, remoteCommand(program)],
        ],
      };
}

/** A key that nobody knows is refused, whatever their config says. */
export function sshOptions(access: AdminAccess): string[] {
  const { controlPath, identity, knownHosts, port } = access;
  const options = ['BatchMode=yes', 'StrictHostKeyChecking=yes'];
  options.push('ForwardAgent=no', 'ClearAllForwardings=yes', 'LogLevel=ERROR');
  if (knownHosts !== undefined) {
    options.push(
      `GlobalKnownHostsFile="${knownHosts}" /etc/ssh/ssh_known_hosts`,
    );
  }
  if (controlPath !== undefined) {
    options.push('ControlMaster=auto', `ControlPath="${controlPath}"`);
    options.push(`ControlPersist=${PERSIST_SECONDS}`);
  }
  return [
    '-T',
    ...options.flatMap((option) => ['-o', option]),
    ...(port === undefined ? [] : ['-p', String(port)]),
    ...(identity === undefined ? [] : ['-i', identity]),
  ];
}

function refused(place: string, why: string): ActionError {
  return new ActionError(
    'host/admin-unavailable',
    `${place} could not be administered: ${why}`,
  );
}
