import { commandError } from '../adapters/exec.ts';
import type { GitRepository } from '../adapters/git.ts';
import { parseRemoteAddress, type Remote } from '../adapters/git-remote.ts';
import type { RunContext } from '../adapters/run-context.ts';
import { ActionError } from '../model/errors.ts';
import { printable } from '../model/printable.ts';

/**
 * Where the repository itself lives: in a runner the forge, never what the
 * checkout says; at a terminal the remote `origin`, else the repository.
 */
export async function readRemote(
  context: RunContext,
  repository: GitRepository,
): Promise<Remote> {
  const address = context.remoteAddress ?? (await readOrigin(repository)) ?? '';
  return parseRemoteAddress(address || repository.directory, {
    allowLocalPath: context.flavour === 'local',
  });
}

/**
 * The same repository over ssh: what the event file says of it, else the
 * address that forges have by default.
 */
export async function readSshRemote(
  context: RunContext,
  repository: GitRepository,
): Promise<Remote> {
  const found = await readRemote(context, repository);
  if (found.protocol === 'ssh') return found;
  const told = context.flavour === 'local' ? undefined : context.sshAddress();
  const remote = parseRemoteAddress(told ?? defaultSshAddress(found), {
    allowLocalPath: false,
  });
  if (remote.protocol === 'ssh') return remote;
  throw new ActionError(
    'git/remote-refused',
    `${printable(JSON.stringify(remote.url))} is no ssh address, and a deploy key is of use over ssh only`,
  );
}

function defaultSshAddress({ url, protocol }: Remote): string {
  if (!protocol.startsWith('http')) return url;
  const { hostname, pathname } = new URL(url);
  return `ssh://git@${hostname}${pathname}`;
}

/** git exits 1 where it looked and there is none; all else is not knowing. */
async function readOrigin(
  repository: GitRepository,
): Promise<string | undefined> {
  const origin = await repository.run(['config', '--get', 'remote.origin.url']);
  if (origin.exitCode === 1) return undefined;
  if (origin.exitCode !== 0) {
    throw commandError('git/unavailable', 'Reading the remote', origin);
  }
  return origin.stdout.toString('utf8').trim() || undefined;
}
