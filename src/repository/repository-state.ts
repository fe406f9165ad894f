import { openBranchClone } from '../adapters/branch-clone.ts';
import type { Clock } from '../adapters/clock.ts';
import type { Exec } from '../adapters/exec.ts';
import type { GitRepository } from '../adapters/git.ts';
import { withCredentials } from '../adapters/git-remote.ts';
import type { RunContext } from '../adapters/run-context.ts';
import { openStateStore, type StateStore } from '../state/store.ts';
import { readRemote } from './remote.ts';

interface StatePorts {
  readonly context: RunContext;
  readonly exec: Exec;
  readonly clock: Clock;
}

/**
 * Opens the state branch that belongs to a repository. One `fetch` of it also
 * tells where the other branches of the remote stand. `close` removes the
 * clone and the credentials.
 */
export async function openRepositoryState(
  { context, exec, clock }: StatePorts,
  options: {
    readonly repository: GitRepository;
    readonly branch: string;
    readonly token?: string | undefined;
  },
): Promise<{ readonly store: StateStore; readonly close: () => void }> {
  const folder = context.folder();
  const found = await readRemote(context, options.repository);
  const access = withCredentials(found, options.token, folder);
  const { remote } = access;
  const clone = openBranchClone({
    exec,
    remote,
    branch: options.branch,
    folder,
  });
  return {
    store: openStateStore({ clone, branch: options.branch, clock }),
    close: () => {
      clone.close();
      access.close();
    },
  };
}
