import { openBranchClone } from '../adapters/branch-clone.ts';
import type { Clock } from '../adapters/clock.ts';
import type { Exec } from '../adapters/exec.ts';
import type { GitRepository } from '../adapters/git.ts';
import {
  type Remote,
  withCredentials,
  withSshKey,
} from '../adapters/git-remote.ts';
import type { RunContext } from '../adapters/run-context.ts';
import { openStateStore, type StateStore } from '../state/store.ts';
import { readRemote, readSshRemote } from './remote.ts';

export interface StatePorts {
  readonly context: RunContext;
  readonly exec: Exec;
  readonly clock: Clock;
}

/** A deploy key that may push where the token of the job may not. */
export interface DeployKey {
  readonly key: string;
  /** Must hold the key of the forge's ssh server. */
  readonly knownHosts: string;
}

interface StateOptions {
  readonly repository: GitRepository;
  readonly branch: string;
  readonly token?: string | undefined;
  /** Goes before the token. */
  readonly deployKey?: DeployKey | undefined;
}

/** The state branch of a repository, open. */
export interface RepositoryState {
  readonly store: StateStore;
  readonly remote: Remote;
  /** Removes the clone and the credentials. */
  readonly close: () => void;
}

/**
 * Opens the state branch that belongs to a repository. One `fetch` of it also
 * tells where the other branches of the remote stand.
 */
export async function openRepositoryState(
  ports: StatePorts,
  options: StateOptions,
): Promise<RepositoryState> {
  const { exec, clock, context } = ports;
  const access = await openAccess(ports, options);
  const { remote } = access;
  const clone = openBranchClone({
    exec,
    remote,
    branch: options.branch,
    folder: context.folder(),
  });
  return {
    store: openStateStore({ clone, branch: options.branch, clock }),
    remote,
    close: () => {
      clone.close();
      access.close();
    },
  };
}

async function openAccess(
  { context }: StatePorts,
  { repository, token, deployKey }: StateOptions,
): Promise<{ readonly remote: Remote; readonly close: () => void }> {
  const folder = context.folder();
  return deployKey === undefined
    ? withCredentials(await readRemote(context, repository), token, folder)
    : withSshKey(await readSshRemote(context, repository), deployKey, folder);
}
