import type { GitRepository } from '../adapters/git.ts';
import { ActionError } from '../model/errors.ts';
import type { LaneEvent } from '../model/event.ts';
import { ZERO_SHA } from '../model/identifiers.ts';
import type { Policy } from '../model/policy.ts';
import { printable } from '../model/printable.ts';
import { readBlobs } from './blobs.ts';
import {
  bringCommits,
  type History,
  openHistory,
  readDefaultTip,
} from './history.ts';
import { readPolicy } from './read-policy.ts';
import {
  openRepositoryState,
  type RepositoryState,
  type StatePorts,
} from './repository-state.ts';
import { openWorkingDirectory, type SubjectPorts } from './subject.ts';

/** Where the state of a repository is kept, and by whose word. */
export interface StatePlace {
  readonly repository: GitRepository;
  /** Commit that policy and known_hosts are read from. */
  readonly trusted: string;
  readonly policy: Policy;
}

/**
 * Finds the state branch for whatever event runs, also for one that no lane
 * takes: what is refused has to go on record as well. Only the name of the
 * branch hangs on it, so history need not be in order; the change that is
 * judged still has no say where another commit can be asked.
 */
export async function findStatePlace(
  ports: SubjectPorts,
  options: {
    readonly workingDirectory: string;
    readonly policyPath: string;
    readonly token: string | undefined;
  },
): Promise<StatePlace> {
  const { workingDirectory, policyPath, token } = options;
  const repository = openWorkingDirectory(ports, workingDirectory);
  const history = openHistory(repository, ports.context, token);
  const trusted = await findCommit(history, ports.context.readEvent());
  const policy = await readPolicy(repository, trusted, policyPath);
  return { repository, trusted, policy };
}

async function findCommit(history: History, event: LaneEvent): Promise<string> {
  const before = commitBefore(event);
  if (before !== undefined) {
    const present = await bringCommits(history, [before]);
    if (present.has(before)) return before;
  }
  const { repository } = history;
  const tip = await readDefaultTip(repository, event.defaultBranch);
  if (tip !== undefined) return tip;
  throw new ActionError(
    'git/unavailable',
    printable(
      `The checkout has no default branch ${JSON.stringify(event.defaultBranch)}, so the policy cannot be read`,
    ),
  );
}

function commitBefore(event: LaneEvent): string | undefined {
  if (event.name === 'pull_request') return event.base;
  const isDefault =
    event.name === 'push' && event.ref === `refs/heads/${event.defaultBranch}`;
  return isDefault && event.before !== ZERO_SHA ? event.before : undefined;
}

/** What a job may have to reach the state branch with. */
export interface StateAccess {
  readonly token: string | undefined;
  readonly stateSshKey?: string | undefined;
}

/**
 * Opens the state branch with what a job has: its token, or a deploy key where
 * there is one. The key of the forge's ssh server is read where the policy is.
 */
export async function openStateAt(
  ports: StatePorts,
  place: StatePlace,
  access: StateAccess,
): Promise<RepositoryState> {
  const { repository, policy } = place;
  const { branch } = policy.state;
  const { token, stateSshKey: key } = access;
  const deployKey =
    key === undefined
      ? undefined
      : { key, knownHosts: await readForgeHosts(place) };
  return openRepositoryState(ports, { repository, branch, token, deployKey });
}

/** Empty where there is none: then no key is known, and none is trusted. */
async function readForgeHosts({
  repository,
  trusted,
}: StatePlace): Promise<string> {
  const path = '.platform/known_hosts';
  const [content] = await readBlobs(repository, [{ commit: trusted, path }]);
  return content?.toString('utf8') ?? '';
}
