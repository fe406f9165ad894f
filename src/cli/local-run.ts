import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Ports } from '../actions/step.ts';
import { systemClock } from '../adapters/clock.ts';
import { systemExec } from '../adapters/exec.ts';
import { type GitRepository, openRepository } from '../adapters/git.ts';
import { readRunContext } from '../adapters/run-context.ts';
import { makeVerdictLog } from '../adapters/verdict-log.ts';
import { ActionError, InputError } from '../model/errors.ts';
import type { LaneEvent } from '../model/event.ts';
import { ZERO_SHA } from '../model/identifiers.ts';
import type { Terminal } from './terminal.ts';

export const LOCAL_EVENTS = [
  'push',
  'pull_request',
  'workflow_dispatch',
] as const;

/** What a person at a terminal wants the gates to look at. */
export interface LocalRequest {
  /** Folder of the platform repository. */
  readonly repo: string;
  readonly event: (typeof LOCAL_EVENTS)[number];
  readonly base?: string | undefined;
  readonly head?: string | undefined;
  readonly inputs?: Readonly<Record<string, string>>;
  /** State is read from and written to this repository alone. */
  readonly detached?: boolean;
}

export interface LocalRun {
  readonly ports: Ports;
  readonly repo: string;
  readonly event: LaneEvent;
  /** Full id of the commit that is looked at. */
  readonly head: string;
  readonly close: () => void;
}

/**
 * Stands in for the runner at a terminal: the event is made from the
 * repository, and files of the run live in a folder that `close` removes.
 */
export async function openLocalRun(
  request: LocalRequest,
  terminal: Terminal,
): Promise<LocalRun> {
  const repo = resolve(request.repo);
  const repository = openRepository(systemExec, repo);
  const event = await makeEvent(repository, request);
  const folder = mkdtempSync(join(tmpdir(), 'apply-gates-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  const withdraw = terminal.onStop(async () => remove());
  const head = event.name === 'workflow_dispatch' ? event.sha : headOf(event);
  const context = {
    ...readRunContext({ GITHUB_ACTOR: undefined }),
    eventName: request.event,
    readEvent: () => event,
    sha: head,
    folder: () => folder,
    workspace: repo,
    remoteAddress: request.detached ? repo : undefined,
  };
  return {
    repo,
    event,
    head,
    ports: {
      context,
      clock: systemClock,
      exec: systemExec,
      verdicts: makeVerdictLog(),
      mask: () => {},
      print: terminal.line,
      onStop: terminal.onStop,
    },
    close: () => {
      withdraw();
      remove();
    },
  };
}

function headOf(event: LaneEvent): string {
  if (event.name === 'push') return event.after;
  return event.name === 'pull_request' ? event.head : '';
}

async function makeEvent(
  repository: GitRepository,
  request: LocalRequest,
): Promise<LaneEvent> {
  const defaultBranch = await findDefaultBranch(repository);
  const head = await resolveCommit(
    repository,
    '--head',
    request.head ?? 'HEAD',
  );
  const ref = `refs/heads/${defaultBranch}`;
  switch (request.event) {
    case 'workflow_dispatch':
      return {
        name: 'workflow_dispatch',
        sha: head,
        ref,
        inputs: request.inputs ?? {},
        defaultBranch,
      };
    case 'push': {
      const before = await findBase(repository, request, head, defaultBranch);
      return { name: 'push', before, after: head, ref, defaultBranch };
    }
    case 'pull_request': {
      const base = await resolveCommit(
        repository,
        '--base',
        request.base ?? (await findTip(repository, defaultBranch)),
      );
      const baseRef = defaultBranch;
      return {
        name: 'pull_request',
        number: 1,
        base,
        head,
        baseRef,
        fork: false,
        defaultBranch,
      };
    }
  }
}

async function findDefaultBranch(repository: GitRepository): Promise<string> {
  const remote = await tryOutput(repository, [
    'symbolic-ref',
    '--short',
    'refs/remotes/origin/HEAD',
  ]);
  const branch = remote?.startsWith('origin/')
    ? remote.slice('origin/'.length)
    : 'main';
  for (const ref of [`refs/remotes/origin/${branch}`, `refs/heads/${branch}`]) {
    const tip = ['rev-parse', '--verify', '--quiet', `${ref}^{commit}`];
    if ((await tryOutput(repository, tip)) !== undefined) return branch;
  }
  throw new ActionError(
    'git/unavailable',
    `${repository.directory} has no default branch: there is neither origin/${branch} nor ${branch}`,
    {
      remedy:
        'Tell git which branch it is: git remote set-head origin --auto; without a remote: git branch -m main.',
    },
  );
}

/** The remote's tip as last fetched, else the local branch. */
async function findTip(
  repository: GitRepository,
  branch: string,
): Promise<string> {
  const remote = `refs/remotes/origin/${branch}`;
  const known = await tryOutput(repository, ['rev-parse', '--verify', remote]);
  return known ?? `refs/heads/${branch}`;
}

/** What was there before the push: the remote's tip, else the first parent. */
async function findBase(
  repository: GitRepository,
  request: LocalRequest,
  head: string,
  branch: string,
): Promise<string> {
  if (request.base !== undefined) {
    return resolveCommit(repository, '--base', request.base);
  }
  const remote = await tryOutput(repository, [
    'rev-parse',
    '--verify',
    `refs/remotes/origin/${branch}^{commit}`,
  ]);
  if (remote !== undefined && remote !== head) return remote;
  const parent = ['rev-parse', '--verify', `${head}^1^{commit}`];
  return (await tryOutput(repository, parent)) ?? ZERO_SHA;
}

async function resolveCommit(
  repository: GitRepository,
  option: string,
  revision: string,
): Promise<string> {
  const found = await tryOutput(repository, [
    'rev-parse',
    '--verify',
    '--end-of-options',
    `${revision}^{commit}`,
  ]);
  if (found === undefined) {
    throw new InputError(
      option,
      revision,
      `a commit of the repository ${repository.directory}`,
    );
  }
  return found;
}

async function tryOutput(
  repository: GitRepository,
  args: readonly string[],
): Promise<string | undefined> {
  const result = await repository.run(args);
  if (result.exitCode !== 0) return undefined;
  return result.stdout.toString('utf8').trim().split('\n').at(-1);
}
