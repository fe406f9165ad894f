import type { ChildProcess } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { makeBundles } from '../../scripts/build/bundles.ts';
import { type Status, statusPath } from '../../src/model/status.ts';
import type { ArtifactFlavour } from './artifact-answers.ts';
import { type ForgeEvent, pushEvent } from './forge-events.ts';
import { type GitHttpServer, startGitHttp } from './git-http.ts';
import { type Changes, makePlatform, type Platform } from './platform.ts';
import { repositoryRoot } from './repository-files.ts';
import { type BundleRun, runBundle } from './run-bundle.ts';
import { checkOut, makeJob } from './runner-job.ts';
import { plainGit, STATE_BRANCH } from './state-remote.ts';

const REPOSITORY = 'acme/platform';
export const JOB_TOKEN = 'token-of-the-job-0123456789';

export interface ArtifactJob {
  readonly workspace: string;
  /** The folder that the steps of the job share. */
  readonly folder: string;
  readonly number: number;
  upload(
    inputs?: Readonly<Record<string, string>>,
    env?: Readonly<Record<string, string>>,
    onStart?: (child: ChildProcess) => void,
  ): Promise<BundleRun>;
}

/** A forge with a platform repository, a state branch, and the built action. */
export interface ArtifactStand {
  readonly platform: Platform;
  readonly head: string;
  /** Puts files on the state branch, in place of what is there. */
  writeState(files: Readonly<Record<string, string>>): void;
  begin(flavour: ArtifactFlavour, event?: ForgeEvent): Promise<ArtifactJob>;
  close(): Promise<void>;
}

export async function openArtifactStand(
  files: Changes = {},
): Promise<ArtifactStand> {
  const platform = makePlatform({
    '.platform/gates.yaml': 'schema: 1\nhosts: {web1: {transport: local}}\n',
    ...files,
  });
  const base = platform.git('rev-parse', 'HEAD');
  const head = platform.commit({ 'README.md': 'x' });
  const bundle = await writeBundles(join(platform.root, 'bundles'));
  const forge = await serve(platform);
  let jobs = 0;
  return {
    platform,
    head,
    writeState: (state) => writeBranch(platform.remote, state),
    begin: async (flavour, event = pushEvent(base, head)) => {
      jobs += 1;
      const settings = {
        forge: {
          url: addressOf(forge, flavour),
          repository: REPOSITORY,
          token: JOB_TOKEN,
        },
        event,
        flavour,
        number: jobs,
        root: join(platform.root, 'jobs', String(jobs)),
        machine: { FORGEJO_ACTIONS: String(flavour === 'forgejo') },
      } as const;
      const job = makeJob(settings);
      await checkOut(settings, job.workspace);
      let count = 0;
      return {
        workspace: job.workspace,
        folder: join(job.temporary, 'apply-gates'),
        number: settings.number,
        upload: (inputs = {}, env = {}, onStart) => {
          count += 1;
          return runBundle({
            bundle,
            cwd: job.workspace,
            env: {
              ...job.env,
              ...asVariables({ token: JOB_TOKEN, ...inputs }),
              ...env,
            },
            folder: join(settings.root, 'commands', String(count)),
            onStart,
          });
        },
      };
    },
    close: async () => {
      await forge.close();
      platform.close();
    },
  };
}

/** Built as dist/ is, so that what is tested is what this source makes. */
async function writeBundles(folder: string): Promise<string> {
  for (const [path, content] of await makeBundles(repositoryRoot)) {
    const target = join(folder, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, content);
  }
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  return join(folder, 'state-artifact-upload.js');
}

async function serve(platform: Platform): Promise<GitHttpServer> {
  const root = join(platform.root, 'forge');
  mkdirSync(join(root, 'acme'), { recursive: true });
  symlinkSync(platform.remote, join(root, REPOSITORY));
  return startGitHttp({ root, token: JOB_TOKEN });
}

/** The client takes a server for GitHub's by its name; this is one of them. */
function addressOf({ url }: GitHttpServer, flavour: ArtifactFlavour): string {
  return flavour === 'github'
    ? url.replace('127.0.0.1', 'forge.localhost')
    : url;
}

function asVariables(inputs: Readonly<Record<string, string>>) {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, value]) => [
      `INPUT_${name.toUpperCase()}`,
      value,
    ]),
  );
}

function writeBranch(
  remote: string,
  files: Readonly<Record<string, string>>,
): void {
  const entries = Object.entries(files).map(
    ([path, text]) =>
      `M 100644 inline ${path}\ndata ${Buffer.byteLength(text)}\n${text}\n`,
  );
  const stream = [
    `commit refs/heads/${STATE_BRANCH}\n`,
    'committer a <a@localhost> 1700000000 +0000\ndata 1\nx\n',
    'deleteall\n',
    ...entries,
  ];
  plainGit(remote, ['fast-import', '--quiet', '--force'], stream.join(''));
}

/** A status as module-apply writes it. */
export function makeStatus(over: Partial<Status> = {}): Record<string, string> {
  const status: Status = {
    schema: 1,
    module: 'web',
    last_apply_sha: 'a'.repeat(40),
    approved_sha: null,
    head_sha: null,
    last_apply_pr: null,
    last_apply_at: '2026-05-16T11:30:00Z',
    last_apply_host: 'web1',
    last_apply_actor: 'ada',
    last_apply_returncode: 0,
    last_apply_result: 'applied',
    tree: 'b'.repeat(64),
    attempted_sha: 'a'.repeat(40),
    attempted_tree: 'b'.repeat(64),
    plan_digest: `sha256:${'c'.repeat(64)}`,
    health: 'healthy',
    restarts: 0,
    run: { id: '1', number: '1', attempt: '1', url: '' },
    break_glass_reason: null,
    fence: null,
    ...over,
  };
  return {
    [statusPath(status.module)]: `${JSON.stringify(status, undefined, 2)}\n`,
  };
}
