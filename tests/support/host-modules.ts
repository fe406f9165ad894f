import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../src/adapters/clock.ts';
import { systemExec } from '../../src/adapters/exec.ts';
import {
  closeHosts,
  type OpenHostRequest,
  openHost,
} from '../../src/adapters/transport/open-host.ts';
import { commandDriver } from '../../src/drivers/command/command-driver.ts';
import type {
  ApplyRequest,
  ApplyResult,
  Release,
  ReleaseFile,
} from '../../src/drivers/driver.ts';
import type { HostSession } from '../../src/host/host-session.ts';
import { manifestSchema } from '../../src/model/manifest.ts';
import type { Plan } from '../../src/model/plan.ts';
import { type HostPolicy, policySchema } from '../../src/model/policy.ts';
import type { TestSshd } from './sshd.ts';

/** A folder that plays a host, and another that plays a job of a runner. */
export interface TestHost {
  readonly folder: string;
  readonly runtimeRoot: string;
  /** What a module of `makeRelease` serves lies here. */
  readonly service: string;
  /** The folder of the job on the runner. */
  readonly job: string;
  readonly policy: HostPolicy;
  readonly open: (changes?: Partial<OpenHostRequest>) => Promise<HostSession>;
  remove(): Promise<void>;
}

/** Without an sshd the host is this machine, reached by the local transport. */
export function makeHost(sshd?: TestSshd): TestHost {
  const folder = mkdtempSync(join(tmpdir(), 'apply-gates-host-'));
  const service = join(folder, 'service');
  const job = join(folder, 'job');
  for (const each of [service, job]) mkdirSync(each, { mode: 0o700 });
  const runtimeRoot = join(folder, 'root');
  const policy = makeHostPolicy({
    runtime_root: runtimeRoot,
    ...(sshd
      ? {
          transport: 'ssh',
          address: sshd.address,
          port: sshd.port,
          user: sshd.user,
        }
      : { transport: 'local' }),
  });
  const sessions: HostSession[] = [];
  return {
    folder,
    runtimeRoot,
    service,
    job,
    policy,
    open: async (changes = {}) => {
      const session = await openHost({
        name: 'box',
        policy,
        knownHosts: sshd?.knownHosts ?? '',
        ...(sshd ? { key: { content: sshd.privateKey } } : {}),
        folder: job,
        exec: systemExec,
        redact: (text) => text,
        ...changes,
      });
      sessions.push(session);
      return session;
    },
    remove: async () => {
      for (const session of sessions) await session.close();
      await closeHosts(job, systemExec);
      waitForOperations(runtimeRoot);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Waits for what goes on although its client is gone: it holds its stage. */
function waitForOperations(runtimeRoot: string): void {
  const staging = join(runtimeRoot, '.staging');
  for (const name of existsSync(staging) ? readdirSync(staging) : []) {
    const held = join(staging, name, '.alive');
    if (existsSync(held)) spawnSync('flock', [held, 'true']);
  }
}

export function makeHostPolicy(host: Readonly<Record<string, unknown>>) {
  const policy = policySchema.parse({ schema: 1, hosts: { box: host } });
  const made = policy.hosts['box'];
  if (!made) throw new Error('no host');
  return made;
}

/** What distinguishes the releases of one test from another. */
export interface ReleaseChanges {
  /** Content that is to be served; also makes the tree. */
  readonly content?: string;
  readonly scripts?: Readonly<Record<string, string>>;
  readonly manifest?: Readonly<Record<string, unknown>>;
  readonly files?: readonly ReleaseFile[];
}

/**
 * A module that copies its content to the service folder. Its scripts are
 * replaced by name: plan, apply, health, stop.
 */
export function makeRelease(
  host: TestHost,
  changes: ReleaseChanges = {},
): Release {
  const content = changes.content ?? 'one';
  const scripts = {
    plan: `cmp -s modules/site/content ${host.service}/content || exit 2`,
    apply: `cp modules/site/content ${host.service}/content; echo applied >>${host.service}/calls`,
    health: `cmp -s modules/site/content ${host.service}/content`,
    stop: `echo stopped >>${host.service}/calls`,
    ...changes.scripts,
  };
  const files = [
    makeFile('modules/site/content', content),
    ...Object.entries(scripts).map(([name, text]) =>
      makeFile(`modules/site/${name}.sh`, `#!/bin/sh\n${text}\n`, '100755'),
    ),
    ...(changes.files ?? []),
  ];
  const argv = (name: string) => [`modules/site/${name}.sh`];
  const manifest = manifestSchema.parse({
    schema: 1,
    id: 'site',
    stateful: false,
    host: 'box',
    driver: 'command',
    health: { timeout: '5s', streak: 1, interval: '1s' },
    ...changes.manifest,
    command: {
      plan: argv('plan'),
      apply: argv('apply'),
      health: argv('health'),
      stop: argv('stop'),
      timeout: '10s',
      ...recordOf(changes.manifest?.['command']),
    },
  });
  return {
    module: 'site',
    manifest,
    folder: 'modules/site',
    sha: hexOf(content).padEnd(40, '0').slice(0, 40),
    tree: hexOf(content).padEnd(64, '1').slice(0, 64),
    files: async () => files,
  };
}

export function makeFile(
  path: string,
  content: string,
  mode: ReleaseFile['mode'] = '100644',
): ReleaseFile {
  return { path, mode, content: Buffer.from(content) };
}

/** What of a policy counts in a plan, where nothing special is allowed. */
export const STRICT_POLICY = {
  allow_host_access: {},
  sacred: { paths: [], modules: [], commands: [] },
};

/** The plan of a release, or an error that tells why there is none. */
export async function planRelease(
  host: HostSession,
  release: Release,
): Promise<Plan> {
  const createdAt = new Date().toISOString();
  const result = await commandDriver.plan({
    host,
    release,
    createdAt,
    policy: STRICT_POLICY,
  });
  if (result.kind === 'planned') return result.plan;
  throw new Error(`${result.refusal.code}: ${result.refusal.reason}`);
}

/** Plans and applies, as a run of its own. */
export async function applyRelease(
  host: HostSession,
  release: Release,
  changes: Partial<ApplyRequest> = {},
): Promise<ApplyResult> {
  const plan = changes.plan ?? (await planRelease(host, release));
  return commandDriver.apply({
    host,
    release,
    plan,
    armed: false,
    run: { id: '7', number: '7', attempt: '1', url: '' },
    clock: systemClock,
    lockWaitMs: 1_000,
    ...changes,
  });
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function hexOf(text: string): string {
  return Buffer.from(text).toString('hex');
}
