import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ForgeEvent } from './forge-events.ts';

export type Flavour = 'forgejo' | 'github';

/** The forge that a job belongs to, as its runner knows it. */
export interface Forge {
  readonly url: string;
  /** `owner/name`. */
  readonly repository: string;
  readonly token: string;
}

export interface JobSettings {
  readonly forge: Forge;
  readonly event: ForgeEvent;
  readonly flavour: Flavour;
  readonly number: number;
  /** Folder of this job alone. */
  readonly root: string;
  /** What the machine of the runner adds to the environment of every step. */
  readonly machine: Readonly<Record<string, string>>;
}

/** Folders and environment of one job. */
export interface Job {
  readonly workspace: string;
  readonly temporary: string;
  readonly github: Readonly<Record<string, unknown>>;
  /** Environment of every step, without its inputs and command files. */
  readonly env: Readonly<Record<string, string>>;
}

/** Lays out the folders of a job and the environment its steps get. */
export function makeJob(settings: JobSettings): Job {
  const { root, event, forge, flavour } = settings;
  rmSync(root, { recursive: true, force: true });
  const folder = (name: string) => {
    mkdirSync(join(root, name), { recursive: true });
    return join(root, name);
  };
  const workspace = folder('workspace');
  const temporary = folder('temp');
  const eventPath = join(folder('event'), 'event.json');
  writeFileSync(
    eventPath,
    typeof event.payload === 'string'
      ? event.payload
      : JSON.stringify(event.payload),
  );
  const shared = sharedVariables(settings, { workspace, eventPath });
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: folder('home'),
    CI: 'true',
    RUNNER_TEMP: temporary,
    RUNNER_TOOL_CACHE: folder('tools'),
    RUNNER_OS: 'Linux',
    RUNNER_ARCH: 'X64',
    ...settings.machine,
    ...prefixed('GITHUB', shared),
    ...(flavour === 'forgejo' ? forgejoVariables(shared, forge) : {}),
  };
  const github = {
    ...lowerCase(shared),
    token: forge.token,
    event: typeof event.payload === 'string' ? {} : event.payload,
  };
  return { workspace, temporary, github, env };
}

function sharedVariables(
  { event, forge, flavour, number }: JobSettings,
  paths: { readonly workspace: string; readonly eventPath: string },
): Record<string, string> {
  const api = flavour === 'forgejo' ? '/api/v1' : '/api/v3';
  return {
    ACTIONS: 'true',
    ACTION: '0',
    ACTOR: 'ada',
    API_URL: `${forge.url}${api}`,
    BASE_REF: '',
    EVENT_NAME: event.name,
    EVENT_PATH: paths.eventPath,
    HEAD_REF: '',
    JOB: 'auto-apply',
    REF: event.ref,
    REF_NAME: event.ref.replace(/^refs\/(?:heads|tags|pull)\//, ''),
    REF_TYPE: event.ref.startsWith('refs/heads/') ? 'branch' : '',
    REPOSITORY: forge.repository,
    REPOSITORY_OWNER: forge.repository.split('/')[0] ?? '',
    RETENTION_DAYS: '90',
    RUN_ATTEMPT: '1',
    RUN_ID: String(1_000 + number),
    RUN_NUMBER: String(number),
    SERVER_URL: forge.url,
    SHA: event.sha,
    WORKFLOW: 'auto-apply',
    WORKSPACE: paths.workspace,
  };
}

/** Forgejo repeats everything, and hands its token to every step. */
function forgejoVariables(
  shared: Readonly<Record<string, string>>,
  { token }: Forge,
): Record<string, string> {
  return {
    ...prefixed('FORGEJO', shared),
    GITEA_ACTIONS: 'true',
    FORGEJO_ACTIONS_RUNNER_VERSION: 'v12.1.0',
    GITHUB_TOKEN: token,
    FORGEJO_TOKEN: token,
  };
}

function prefixed(
  prefix: string,
  values: Readonly<Record<string, string>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [`${prefix}_${name}`, value]),
  );
}

function lowerCase(
  values: Readonly<Record<string, string>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name.toLowerCase(), value]),
  );
}

/**
 * What `actions/checkout` does with `fetch-depth: 0` and
 * `persist-credentials: false`: every branch is fetched; a branch that moved
 * on since the event is put back to the commit of the event. Another repository
 * is checked out at the tip of the branch that is named.
 */
export async function checkOut(
  { forge, event }: JobSettings,
  workspace: string,
  other: Readonly<Partial<Record<'repository' | 'ref' | 'token', string>>> = {},
): Promise<void> {
  // Like the checkout itself: what is empty is not given.
  const repository = other.repository || forge.repository;
  const token = other.token || forge.token;
  const git = (...args: readonly string[]) =>
    promisify(execFile)('git', ['-C', workspace, ...args], {
      env: { PATH: process.env['PATH'], GIT_TERMINAL_PROMPT: '0' },
    });
  const basic = Buffer.from(`x-access-token:${token}`).toString('base64');
  const fetch = (...refspecs: readonly string[]) =>
    git(
      ...['-c', `http.extraheader=Authorization: Basic ${basic}`],
      ...['fetch', '--quiet', '--prune', '--no-recurse-submodules', 'origin'],
      ...refspecs,
    );
  const onBranch = event.ref.startsWith('refs/heads/');
  const remoteRef = onBranch
    ? event.ref.replace('refs/heads/', 'refs/remotes/origin/')
    : event.ref.replace('refs/', 'refs/remotes/');
  // The second checkout of a job finds the first one there.
  if (other.ref && existsSync(join(workspace, '.git'))) {
    await git('checkout', '--quiet', '--force', '--detach', other.ref);
    return;
  }
  await git('init', '--quiet', '--initial-branch', 'main');
  await git('remote', 'add', 'origin', `${forge.url}/${repository}`);
  await fetch(
    '+refs/heads/*:refs/remotes/origin/*',
    '+refs/tags/*:refs/tags/*',
  );
  if (other.ref) {
    const branch = other.ref.replace(/^refs\/heads\//, '');
    await git('checkout', '--quiet', '--force', branch);
    return;
  }
  await fetch(`+${event.sha}:${remoteRef}`);
  const how = onBranch
    ? ['-B', event.ref.slice('refs/heads/'.length)]
    : ['--detach'];
  await git('checkout', '--quiet', '--force', ...how, remoteRef);
}
