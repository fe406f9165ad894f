import type { GitRepository } from '../adapters/git.ts';
import { parseRemoteAddress, type Remote } from '../adapters/git-remote.ts';
import type { RunContext } from '../adapters/run-context.ts';

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

async function readOrigin(
  repository: GitRepository,
): Promise<string | undefined> {
  const origin = await repository.run(['config', '--get', 'remote.origin.url']);
  return origin.stdout.toString('utf8').trim() || undefined;
}
