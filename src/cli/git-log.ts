import { systemExec } from '../adapters/exec.ts';
import { type GitRepository, openRepository } from '../adapters/git.ts';
import { repositoryName } from '../audit/repository-name.ts';
import { InputError } from '../model/errors.ts';
import { DEFAULT_POLICY_PATH } from '../model/policy-defaults.ts';
import { readRef } from '../repository/history.ts';
import type { RepositoryState } from '../repository/repository-state.ts';
import {
  findStatePlace,
  openStateAt,
  type StatePlace,
} from '../repository/state-place.ts';
import type { StateSnapshot } from '../state/snapshot.ts';
import type { StateStore } from '../state/store.ts';
import type { RepositoryOptions } from './commands/options.ts';
import { type LocalRun, openLocalRun } from './local-run.ts';
import type { BranchFiles } from './log-place.ts';
import type { Terminal } from './terminal.ts';

const MAX_FILE_BYTES = 64 * 1024 * 1024;

/** The state branch as a commit of a repository on this machine has it. */
export async function openRevisionBranch(
  directory: string,
  revision: string,
): Promise<BranchFiles> {
  const repository = openRepository(systemExec, directory);
  const commit = await readRef(repository, revision);
  if (commit === undefined) {
    throw new InputError(
      'place',
      revision,
      `a file, a folder, or a commit of the repository ${directory}`,
    );
  }
  const ids = await listBlobs(repository, commit);
  return {
    name: revision,
    paths: [...ids.keys()],
    async *readEach(paths) {
      for (const path of paths) {
        const blob = ['cat-file', 'blob', ids.get(path) ?? ''];
        const limits = { maxBytes: MAX_FILE_BYTES };
        const bytes = await repository.output(blob, limits);
        yield { name: path, chunks: [bytes] };
      }
    },
    close: () => {},
  };
}

async function listBlobs(
  repository: GitRepository,
  commit: string,
): Promise<Map<string, string>> {
  const listing = await repository.output([
    ...['ls-tree', '-r', '-z', '--full-tree', commit],
  ]);
  const ids = new Map<string, string>();
  for (const line of listing.toString('utf8').split('\0')) {
    const match = /^100(?:644|755) blob ([0-9a-f]{40})\t(.+)$/s.exec(line);
    if (match?.[1] && match[2]) ids.set(match[2], match[1]);
  }
  return ids;
}

/** The state branch on the remote, with all that goes with asking it. */
export interface RemoteState {
  readonly run: LocalRun;
  readonly place: StatePlace;
  readonly store: StateStore;
  readonly state: RepositoryState;
  close(): void;
}

export async function openRemoteState(
  options: RepositoryOptions,
  terminal: Terminal,
): Promise<RemoteState> {
  const request = { ...options, event: 'workflow_dispatch' as const };
  const run = await openLocalRun(request, terminal);
  try {
    const place = await findStatePlace(run.ports, {
      workingDirectory: '.',
      policyPath: options.policy ?? DEFAULT_POLICY_PATH,
      token: undefined,
    });
    const access = { token: undefined, stateSshKey: undefined };
    const state = await openStateAt(run.ports, place, access);
    const close = () => {
      state.close();
      run.close();
    };
    return { run, place, state, store: state.store, close };
  } catch (error) {
    run.close();
    throw error;
  }
}

/** The state branch as the remote has it now. */
export async function openRemoteBranch(
  options: RepositoryOptions,
  terminal: Terminal,
): Promise<BranchFiles> {
  const { store, state, close } = await openRemoteState(options, terminal);
  try {
    const repository = repositoryName(state.remote);
    const branch = snapshotBranch(await store.fetch());
    return { ...branch, name: repository, repository, close };
  } catch (error) {
    close();
    throw error;
  }
}

export function snapshotBranch(snapshot: StateSnapshot): BranchFiles {
  return {
    name: 'the state branch',
    paths: snapshot.list(''),
    async *readEach(paths) {
      for await (const { path, bytes } of snapshot.readEach(paths)) {
        yield { name: path, chunks: [bytes] };
      }
    },
    close: () => {},
  };
}
