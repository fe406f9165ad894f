import type { GitRepository } from '../adapters/git.ts';
import { ActionError, InputError } from '../model/errors.ts';
import type { LaneEvent } from '../model/event.ts';
import { ZERO_SHA } from '../model/identifiers.ts';
import { readDefaultTip, readRef } from '../repository/history.ts';

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
}

/** The event that a forge would send, made from what the repository holds. */
export async function makeLocalEvent(
  repository: GitRepository,
  request: LocalRequest,
): Promise<LaneEvent> {
  const { branch: defaultBranch, tip } = await findDefaultBranch(repository);
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
        request.base ?? tip,
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

async function findDefaultBranch(
  repository: GitRepository,
): Promise<{ readonly branch: string; readonly tip: string }> {
  const named = await repository.run([
    'symbolic-ref',
    '--short',
    'refs/remotes/origin/HEAD',
  ]);
  const branch =
    /^origin\/(.+)\n$/.exec(named.stdout.toString('utf8'))?.[1] ?? 'main';
  const tip = await readDefaultTip(repository, branch);
  if (tip !== undefined) return { branch, tip };
  throw new ActionError(
    'git/unavailable',
    `${repository.directory} has no default branch: there is neither origin/${branch} nor ${branch}`,
    {
      remedy:
        'Tell git which branch it is: git remote set-head origin --auto; without a remote: git branch -m main.',
    },
  );
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
  const remote = await readRef(repository, `refs/remotes/origin/${branch}`);
  if (remote !== undefined && remote !== head) return remote;
  return (await readRef(repository, `${head}^1`)) ?? ZERO_SHA;
}

async function resolveCommit(
  repository: GitRepository,
  option: string,
  revision: string,
): Promise<string> {
  const found = await readRef(repository, revision);
  if (found !== undefined) return found;
  throw new InputError(
    option,
    revision,
    `a commit of the repository ${repository.directory}`,
  );
}
