import { randomBytes } from 'node:crypto';
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { type CommandRun, runCommand } from './command-line.ts';
import {
  containersOf,
  docker,
  removeProject,
  uniqueProject,
} from './engine.ts';
import { makeForgeApi } from './forge-api.ts';
import { dispatchEvent, type ForgeEvent, pushEvent } from './forge-events.ts';
import { type JobRun, runWorkflow } from './forge-runner.ts';
import { startGitHttp } from './git-http.ts';
import { makeKeyPair } from './installed-host.ts';
import { type Changes, makePlatform, type Platform } from './platform.ts';
import { openPullRequests } from './pull-requests.ts';
import { startSshd } from './sshd.ts';
import { readWalk } from './walk-commands.ts';
import { parseWorkflowFile } from './workflow-files.ts';

const REPOSITORY = 'acme/platform';
const LANE = '.forgejo/workflows/auto-apply.yml';

/** A repository that knows nothing of gates, its forge, a runner and a host. */
export interface WalkStand extends Platform {
  /** Begins the name of each app, and of all that it has on the engine. */
  readonly project: string;
  readonly runtimeRoot: string;
  /** Types the next documented command that begins like this. */
  type(beginning: string, ...more: readonly string[]): Promise<CommandRun>;
  /** Documented commands that nobody typed. */
  untyped(): readonly string[];
  editPolicy(pattern: RegExp, replacement: string): void;
  /** Merges what lies there and these changes; the lane that init wrote runs. */
  merge(changes?: Changes): Promise<JobRun>;
  dispatch(inputs: Readonly<Record<string, string>>): Promise<JobRun>;
  protectBranches(): void;
  /** Starts an app of the repository as one does without gates. */
  startByHand(app: string, others?: Readonly<Record<string, string>>): void;
  /** Id and start time of the containers of an app. */
  incarnation(app: string): readonly string[];
  /** What is below `runtime_root`. */
  leftOnHost(): readonly string[];
  close(): Promise<void>;
}

/** Opens one; close it at the end, which also removes what it made. */
export async function openWalkStand(
  makeApps: (project: string) => Promise<Changes>,
): Promise<WalkStand> {
  const project = uniqueProject();
  const sshd = await startSshd();
  const platform = makePlatform(await makeApps(project));
  const { checkout, git, root } = platform;
  const opt = join(root, 'opt');
  const runtimeRoot = join(root, 'gates');
  const runner = makeKeyPair(join(root, 'runner_key'));
  writeFileSync(join(root, 'web1_keys'), sshd.knownHosts);
  const { api, forge, token } = await openForge(platform);
  const pulls = openPullRequests(platform, api.state);
  const identity = ['--identity', sshd.privateKeyPath];
  const walk = readWalk({
    ...{ project, root, opt },
    place: `${sshd.user}@${sshd.address}:${sshd.port}`,
    // A host that is this machine has to leave its own settings alone.
    further: {
      // Its origin is a folder, which says nothing of a forge.
      init: ['--forge', 'forgejo'],
      adopt: identity,
      host: [
        ...[...identity, '--prefix', join(root, 'usr')],
        ...['--conf-dir', join(root, 'etc'), '--authorized-keys'],
        join(dirname(sshd.privateKeyPath), 'authorized_keys'),
      ],
    },
  });
  const env = {
    APPLY_GATES_TOKEN: token,
    APPLY_GATES_API_URL: `${forge.url}/api/v1`,
    APPLY_GATES_REPOSITORY: REPOSITORY,
  };
  let number = 0;
  const run = (event: ForgeEvent) => {
    number += 1;
    const workflow = readFileSync(join(checkout, LANE), 'utf8');
    return runWorkflow({
      ...{ event, number, flavour: 'forgejo' as const, machine: {} },
      forge: { url: forge.url, repository: REPOSITORY, token },
      workflow: parseWorkflowFile(workflow),
      root: join(root, 'jobs', String(number)),
      secrets: { APPLY_GATES_SSH_KEY: runner.privateKey },
    });
  };
  const tip = () => git('rev-parse', 'HEAD');
  return {
    ...{ ...platform, project, runtimeRoot },
    type: (beginning, ...more) =>
      runCommand({ checkout, env }, ...walk.take(beginning), ...more),
    untyped: walk.left,
    editPolicy: (pattern, replacement) => {
      const path = join(checkout, '.platform/gates.yaml');
      const text = readFileSync(path, 'utf8');
      if (!pattern.test(text)) throw new Error(`${pattern} is not in ${text}`);
      writeFileSync(path, text.replace(pattern, replacement));
    },
    merge: (changes = {}) => {
      const before = tip();
      return run(pushEvent(before, pulls.bring(changes)));
    },
    dispatch: (inputs) => run(dispatchEvent(tip(), inputs)),
    protectBranches: () => {
      api.state.setup.protected.add('main').add('platform-state');
    },
    startByHand: (app, others = {}) => {
      const from = git('ls-files', `apps/${app}`).split('\n');
      const files = from.map(
        (path) =>
          [
            path.replace(`apps/${app}/`, ''),
            readFileSync(join(checkout, path), 'utf8'),
          ] as const,
      );
      for (const [path, text] of [...files, ...Object.entries(others)]) {
        mkdirSync(dirname(join(opt, app, path)), { recursive: true });
        writeFileSync(join(opt, app, path), text);
      }
      docker('compose', '--project-directory', join(opt, app), 'up', '-d');
    },
    incarnation: (app) =>
      containersOf(`${project}-${app}`).map(({ id, startedAt }) =>
        [id, startedAt].join(' '),
      ),
    leftOnHost: () => readdirSync(runtimeRoot),
    close: async () => {
      removeProject(project);
      await forge.close();
      await sshd.stop();
      platform.close();
    },
  };
}

async function openForge({ git, remote, root }: Platform) {
  const token = randomBytes(20).toString('hex');
  const api = makeForgeApi(REPOSITORY, token);
  const folder = join(root, 'forge');
  mkdirSync(join(folder, 'acme'), { recursive: true });
  symlinkSync(remote, join(folder, `${REPOSITORY}.git`));
  git('-C', remote, 'config', 'uploadpack.allowFilter', 'true');
  const forge = await startGitHttp({ root: folder, token, route: api.route });
  return { api, forge, token };
}
