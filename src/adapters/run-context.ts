import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { ActionError } from '../model/errors.ts';
import { type LaneEvent, parseEvent } from '../model/event.ts';
import type { RunIdentity } from '../model/status.ts';

const MAX_EVENT_BYTES = 32 * 1024 * 1024;

/** Where and for what this process runs; the forge's environment, read once. */
export interface RunContext {
  readonly flavour: 'forgejo' | 'gitea' | 'github' | 'local';
  readonly eventName: string;
  /** Reads the event file when it is asked for; throws `input/malformed`. */
  readonly readEvent: () => LaneEvent;
  readonly sha: string;
  /** `owner/name`, empty outside a runner. */
  readonly repository: string;
  readonly serverUrl: string;
  /**
   * The repository that the job is about, where it is not the one it lives in
   * or nobody but a schedule started it, and the default branch of that; as the
   * workflow says, not yet looked at.
   */
  readonly about?:
    | { readonly repository: string; readonly branch: string }
    | undefined;
  /**
   * Where the repository lives: on a forge its http address, for a person at
   * a terminal a path or address; undefined means what `origin` says, or the
   * repository itself where there is no remote.
   */
  readonly remoteAddress: string | undefined;
  /** Where it is reached over ssh, as the forge says in the event file. */
  readonly sshAddress: () => string | undefined;
  readonly apiUrl: string;
  readonly actor: string;
  readonly identity: RunIdentity;
  readonly job: string;
  /** Names under which the forge reports how this job went. */
  readonly ownChecks: readonly string[];
  /** Folder of this job's own files, made on first use, mode 0700. */
  readonly folder: () => string;
  readonly workspace: string;
  /** True where a person tries the lane out, on this machine only. */
  readonly rehearsal?: boolean;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the runner's environment. Forgejo numbers runs per repository and
 * links them by number, GitHub by id.
 */
export function readRunContext(env: Environment): RunContext {
  const inRunner = env['GITHUB_ACTIONS'] === 'true';
  const flavour = detectFlavour(env, inRunner);
  const serverUrl = (env['GITHUB_SERVER_URL'] ?? '').replace(/\/+$/, '');
  const repository = env['GITHUB_REPOSITORY'] ?? '';
  // In a container every process has the same number.
  const id = env['GITHUB_RUN_ID'] ?? `local-${randomUUID().slice(0, 13)}`;
  const number = env['GITHUB_RUN_NUMBER'] ?? '0';
  const attempt = env['GITHUB_RUN_ATTEMPT'] ?? '1';
  const linked = flavour === 'github' ? id : number;
  return {
    flavour,
    eventName: env['GITHUB_EVENT_NAME'] ?? '',
    readEvent: () =>
      parseEvent(
        {
          name: env['GITHUB_EVENT_NAME'] ?? '',
          sha: env['GITHUB_SHA'] ?? '',
          ref: env['GITHUB_REF'] ?? '',
        },
        readPayload(env['GITHUB_EVENT_PATH']),
      ),
    sha: env['GITHUB_SHA'] ?? '',
    repository,
    serverUrl,
    about: inRunner ? readAbout(env, repository) : undefined,
    remoteAddress: inRunner ? `${serverUrl}/${repository}` : undefined,
    sshAddress: () => findSshAddress(readPayload(env['GITHUB_EVENT_PATH'])),
    apiUrl: env['GITHUB_API_URL'] ?? '',
    actor: env['GITHUB_ACTOR'] ?? localActor(),
    identity: {
      id,
      number,
      attempt,
      url: inRunner ? `${serverUrl}/${repository}/actions/runs/${linked}` : '',
    },
    job: env['GITHUB_JOB'] ?? '',
    ownChecks: ownChecks(env, flavour),
    folder: jobFolder(env['RUNNER_TEMP']),
    workspace: env['GITHUB_WORKSPACE'] ?? process.cwd(),
  };
}

/** GitHub names a check after its job, Forgejo after workflow and event too. */
function ownChecks(
  env: Environment,
  flavour: RunContext['flavour'],
): readonly string[] {
  const job = env['GITHUB_JOB'];
  if (!job) return [];
  if (flavour === 'github') return [job];
  return [`${env['GITHUB_WORKFLOW']} / ${job} (${env['GITHUB_EVENT_NAME']})`];
}

/**
 * A schedule is about nothing by itself: a job has to name the repository, be
 * it its own. Any other event of that speaks for itself.
 */
function readAbout(env: Environment, own: string): RunContext['about'] {
  const repository = env['APPLY_GATES_REPOSITORY'];
  const scheduled = env['GITHUB_EVENT_NAME'] === 'schedule';
  if (!repository || (repository === own && !scheduled)) return undefined;
  const ref = (env['GITHUB_REF'] ?? '').replace(/^refs\/heads\//, '');
  const ownBranch = repository === own ? ref : '';
  return { repository, branch: env['APPLY_GATES_REF'] || ownBranch || 'main' };
}

function findSshAddress(payload: unknown): string | undefined {
  const repository: unknown = Reflect.get(Object(payload), 'repository');
  const address: unknown = Reflect.get(Object(repository), 'ssh_url');
  return typeof address === 'string' && address !== '' ? address : undefined;
}

/**
 * RUNNER_TEMP is the job's own; without a runner there is no other step to
 * share files with, and the system's temporary folder is everybody's.
 */
function jobFolder(runnerTemp: string | undefined): () => string {
  let made: string | undefined;
  return () => {
    if (made !== undefined) return made;
    if (runnerTemp) {
      made = join(runnerTemp, 'apply-gates');
      mkdirSync(made, { recursive: true, mode: 0o700 });
    } else {
      made = mkdtempSync(join(tmpdir(), 'apply-gates-'));
    }
    return made;
  };
}

function detectFlavour(
  env: Environment,
  inRunner: boolean,
): RunContext['flavour'] {
  if (!inRunner) return 'local';
  if (env['FORGEJO_ACTIONS'] === 'true') return 'forgejo';
  return env['GITEA_ACTIONS'] === 'true' ? 'gitea' : 'github';
}

function localActor(): string {
  try {
    return userInfo().username;
  } catch {
    return 'unknown';
  }
}

function readPayload(path: string | undefined): unknown {
  try {
    const text = readFileSync(path ?? '', 'utf8');
    if (text.length > MAX_EVENT_BYTES) throw new RangeError('too large');
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new ActionError(
      'input/malformed',
      `The event file ${path ?? '(GITHUB_EVENT_PATH is not set)'} cannot be read as JSON`,
      { cause },
    );
  }
}
