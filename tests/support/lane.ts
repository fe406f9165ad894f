import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { Status } from '../../src/model/status.ts';
import {
  type ExamplePlatform,
  type ExampleSettings,
  makeExamplePlatform,
} from './example-platform.ts';
import { type ForgeApi, makeForgeApi } from './forge-api.ts';
import { dispatchEvent, type ForgeEvent, pushEvent } from './forge-events.ts';
import { type JobRun, type RunRequest, runWorkflow } from './forge-runner.ts';
import { type GitHttpServer, startGitHttp } from './git-http.ts';
import { listFolder } from './host-listing.ts';
import { placeBackup } from './place-backup.ts';
import type { Changes } from './platform.ts';
import { openPullRequests, type PullRequests } from './pull-requests.ts';
import type { Flavour } from './runner-job.ts';
import type { TestSshd } from './sshd.ts';
import type { WorkflowFile } from './workflow-files.ts';

const REPOSITORY = 'acme/platform';
const STATE_BRANCH = 'platform-state';

export type RunOptions = Partial<
  Pick<
    RunRequest,
    | 'flavour'
    | 'forge'
    | 'machine'
    | 'secrets'
    | 'workflow'
    | 'node'
    | 'beforeStep'
    | 'onStart'
  >
>;

/** An example platform on a forge, with a runner: everything a lane needs. */
export interface Lane {
  readonly platform: ExamplePlatform;
  readonly forge: GitHttpServer;
  readonly api: ForgeApi;
  /** What is committed comes in through one each, put forward. */
  readonly pulls: PullRequests;
  readonly token: string;
  /** Commits to the default branch; what a push event would say. */
  commit(changes: Changes): { readonly before: string; readonly after: string };
  /** Commits, and runs the lane for that push. */
  push(changes: Changes, options?: RunOptions): Promise<JobRun>;
  /** Runs the lane by hand for the tip of the default branch. */
  dispatch(
    inputs?: Readonly<Record<string, string>>,
    options?: RunOptions,
  ): Promise<JobRun>;
  run(event: ForgeEvent, options?: RunOptions): Promise<JobRun>;
  /** Inputs that arm a stateful module for the tip, and the backup they name. */
  armed(module: string): Record<string, string>;
  /** The status of a module on the state branch. */
  status(module: string): Status | undefined;
  /** All but backups on the host and what runs there, to be compared later. */
  listHost(): string[];
  close(): Promise<void>;
}

export interface LaneSettings extends ExampleSettings {
  readonly flavour?: Flavour;
  /** What runs unless a run says otherwise; else `workflows/auto-apply.yml`. */
  readonly workflow?: WorkflowFile;
}

/** Opens a lane; close it at the end. */
export async function openLane(settings: LaneSettings = {}): Promise<Lane> {
  const platform = await makeExamplePlatform(settings);
  const token = randomBytes(20).toString('hex');
  const api = makeForgeApi(REPOSITORY, token);
  const forge = await serve(platform, token, api);
  const pulls = openPullRequests(platform, api.state);
  let number = 0;
  const run: Lane['run'] = (event, options = {}) => {
    number += 1;
    pulls.adopt();
    return runWorkflow({
      forge: { url: forge.url, repository: REPOSITORY, token },
      event,
      flavour: settings.flavour ?? 'forgejo',
      workflow: settings.workflow,
      number,
      root: join(platform.root, 'jobs', String(number)),
      machine: {},
      secrets: secretsOf(settings.sshd),
      ...options,
    });
  };
  const tip = () => platform.git('rev-parse', 'HEAD');
  const commit: Lane['commit'] = (changes) => {
    const before = tip();
    return { before, after: platform.commit(changes) };
  };
  return {
    platform,
    forge,
    api,
    pulls,
    token,
    run,
    commit,
    push: (changes, options) => {
      const { before, after } = commit(changes);
      return run(pushEvent(before, after), options);
    },
    dispatch: (inputs, options) => run(dispatchEvent(tip(), inputs), options),
    armed: (module) => ({
      module,
      allow_stateful: 'true',
      backup_ref: placeBackup(join(platform.host, 'backups'), {
        module,
        host: 'demo',
      }),
      stateful_confirm: `apply ${module} ${tip().slice(0, 12)}`,
    }),
    status: (module) => readStatus(platform, module),
    listHost: () =>
      [platform.host, platform.services]
        .flatMap((folder) => listFolder(folder))
        .filter((line) => !line.startsWith('backups')),
    close: async () => {
      await forge.close();
      platform.close();
    },
  };
}

function serve(
  platform: ExamplePlatform,
  token: string,
  { route }: ForgeApi,
): Promise<GitHttpServer> {
  const root = join(platform.root, 'forge');
  mkdirSync(join(root, 'acme'), { recursive: true });
  symlinkSync(platform.remote, join(root, `${REPOSITORY}.git`));
  platform.git(
    '-C',
    platform.remote,
    'config',
    'uploadpack.allowFilter',
    'true',
  );
  return startGitHttp({ root, token, route });
}

function secretsOf(sshd: TestSshd | undefined): Record<string, string> {
  return sshd
    ? { APPLY_GATES_SSH_KEY: readFileSync(sshd.privateKeyPath, 'utf8') }
    : {};
}

function readStatus(
  platform: ExamplePlatform,
  module: string,
): Status | undefined {
  const path = `.platform/state/modules/${module}.status.json`;
  const text = platform.readRemote(STATE_BRANCH, path);
  return text === undefined ? undefined : (JSON.parse(text) as Status);
}
