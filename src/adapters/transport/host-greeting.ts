import { readFile, writeFile } from 'node:fs/promises';
import type { HostReply } from '../../host/host-session.ts';
import {
  installedCommand,
  installedVersion,
  parseGreeting,
} from '../../host/installed-program.ts';
import { remoteCommand } from '../../host/protocol.ts';
import { lost } from './host-reply.ts';
import type { OpenHostRequest } from './open-host.ts';

const SUFFIX = '.program';

/** Beside the socket of a connection lies what was said on it first. */
export function isGreetingFile(name: string): boolean {
  return name.endsWith(SUFFIX);
}

/** What an earlier step was told on this connection; undefined if nothing. */
export async function recallGreeting(
  control: string,
): Promise<string | undefined> {
  return readFile(`${control}${SUFFIX}`, 'utf8').catch(() => undefined);
}

/** Keeps which version answered, `''` where it was a shell. */
export async function rememberGreeting(
  control: string,
  said: Buffer,
): Promise<string> {
  const version = parseGreeting(said.toString('latin1')) ?? '';
  await writeFile(`${control}${SUFFIX}`, version, { mode: 0o600 });
  return version;
}

/** Both sides are one program: another version is not spoken to at all. */
export function findVersionMismatch(
  { name }: OpenHostRequest,
  version: string,
): HostReply | undefined {
  const own = installedVersion();
  if (version === '' || version === own) return undefined;
  return lost(
    'no',
    'host/version-mismatch',
    `${name} has version ${version} of apply-gates-host, this is ${own}`,
    `apply-gates host install ${name}`,
  );
}

/** The line that a host is asked by: of what is installed, or to run ours. */
export function commandFor(
  version: string,
  program: string | undefined,
): string {
  return version === '' ? remoteCommand(program) : installedCommand(program);
}
