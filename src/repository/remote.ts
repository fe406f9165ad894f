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
  const allowLocalPath = context.flavour === 'local';
  if (context.remoteAddress !== undefined) {
    return parseRemoteAddress(context.remoteAddress, { allowLocalPath });
  }
  const origin = await repository.run(['config', '--get', 'remote.origin.url']);
  const address = origin.stdout.toString('utf8').trim();
  return parseRemoteAddress(address || repository.directory, {
    allowLocalPath,
  });
}
