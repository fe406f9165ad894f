import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { stringify } from 'yaml';
import { acknowledgeHost } from './acknowledge-host.ts';
import { findFreePort } from './free-port.ts';
import { type Changes, makePlatform, type Platform } from './platform.ts';
import { listRepositoryFiles, readRepositoryFile } from './repository-files.ts';
import { type ServiceOptions, serviceModule } from './service-module.ts';
import type { TestSshd } from './sshd.ts';

const EXAMPLE = 'examples/platform/';
const MODULES = ['site', 'feed', 'guestbook'] as const;

export type ExampleModule = (typeof MODULES)[number];

export interface ExampleSettings {
  /** Where given, the host `demo` is reached over ssh, else directly. */
  readonly sshd?: TestSshd | undefined;
  /** Keys of the policy that differ. */
  readonly policy?: Readonly<Record<string, unknown>> | undefined;
  /** Keys of the host `demo` that differ. */
  readonly host?: Readonly<Record<string, unknown>> | undefined;
  /** Whether `demo` may be changed; true unless it says otherwise. */
  readonly acknowledged?: boolean | undefined;
  /** Content of known_hosts where it is not the one of the sshd. */
  readonly knownHosts?: string | undefined;
  /** Modules beside those of the example: id -> how they differ. */
  readonly modules?: Readonly<Record<string, ServiceOptions>> | undefined;
}

/** A copy of the example platform, with a host of its own on this machine. */
export interface ExamplePlatform extends Platform {
  /** `runtime_root` of the host `demo`. */
  readonly host: string;
  /** Where the modules of `module` run. */
  readonly services: string;
  /** Files of a module that starts no process and runs at once. */
  module(id: string, options?: ServiceOptions): Changes;
  /** Version that runs of such a module; undefined where none does. */
  running(id: string): string | undefined;
  /** Versions of such a module that were applied, in order. */
  applies(id: string): string[];
  /** What a service of the example answers; undefined where nothing does. */
  ask(module: ExampleModule, path?: string): Promise<string | undefined>;
  /** Puts what is checked out into service by hand, past every gate. */
  startByHand(module: ExampleModule): Promise<void>;
  /** Process and start time of a running service. */
  incarnation(module: ExampleModule): Promise<string>;
}

export async function makeExamplePlatform(
  settings: ExampleSettings = {},
): Promise<ExamplePlatform> {
  const platform = makePlatform(exampleFiles());
  const host = join(platform.root, 'host');
  const services = join(platform.root, 'services');
  mkdirSync(services);
  const module = (id: string, options: ServiceOptions = {}) =>
    serviceModule(id, services, { host: 'demo', ...options });
  if (settings.acknowledged !== false) acknowledgeHost(host, 'demo');
  const ports = new Map<ExampleModule, number>();
  for (const module of MODULES) ports.set(module, await prepare(host, module));
  mkdirSync(join(host, 'backups'), { mode: 0o700 });
  platform.commit({
    ...policyFiles(settings, host),
    ...Object.assign(
      {},
      ...Object.entries(settings.modules ?? {}).map(([id, options]) =>
        module(id, options),
      ),
    ),
  });
  const shared = (module: string) => join(host, module, 'shared');
  const ask = async (module: ExampleModule, path = '/') => {
    try {
      const url = `http://127.0.0.1:${ports.get(module)}${path}`;
      return await (await fetch(url)).text();
    } catch {
      return undefined;
    }
  };
  const pidFile = (module: string) => join(shared(module), 'run/pid');
  return {
    ...platform,
    host,
    services,
    module,
    running: (id) => read(join(services, id)),
    applies: (id) =>
      (read(join(services, `${id}.log`)) ?? '').split('\n').filter(Boolean),
    ask,
    startByHand: async (module) => {
      execFileSync(process.execPath, ['lib/service.mjs', module, 'apply'], {
        cwd: platform.checkout,
        env: { APPLY_GATES_SHARED: shared(module) },
        stdio: 'ignore',
      });
      while ((await ask(module, '/.started')) === undefined) await delay(50);
    },
    incarnation: async (module) =>
      `${readFileSync(pidFile(module), 'utf8')} ${await ask(module, '/.started')}`,
    close: () => {
      for (const module of MODULES) endProcess(pidFile(module));
      platform.close();
    },
  };
}

function read(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, 'utf8').trimEnd() : undefined;
}

/**
 * Node by its path, which a login over ssh may not find; and less patience
 * with a service that does not become healthy. Without the compose modules:
 * a lane should run where no engine is.
 */
function exampleFiles(): Changes {
  const all = listRepositoryFiles(EXAMPLE);
  const composed = all
    .filter((path) => path.endsWith('/module.yaml'))
    .filter((path) => /^driver: compose$/m.test(readRepositoryFile(path)))
    .map((path) => path.replace(/module\.yaml$/, ''));
  const left = [...composed, `${EXAMPLE}compose/`];
  const paths = all.filter(
    (path) => !left.some((folder) => path.startsWith(folder)),
  );
  return Object.fromEntries(
    paths.map((path) => [
      path.slice(EXAMPLE.length),
      readRepositoryFile(path)
        .replaceAll(/(?<=^ {2}\w+: \[)node(?=,)/gm, process.execPath)
        .replace('health: { timeout: 15s', 'health: { timeout: 8s'),
    ]),
  );
}

function endProcess(pidFile: string): void {
  try {
    process.kill(Number(readFileSync(pidFile, 'utf8')), 'SIGKILL');
  } catch {
    // It never ran, or ended by itself.
  }
}

/** What the operator does once: files and folders that belong to the host. */
async function prepare(host: string, module: ExampleModule): Promise<number> {
  const port = await findFreePort();
  const shared = join(host, module, 'shared');
  mkdirSync(join(shared, 'run'), { recursive: true });
  if (module === 'guestbook') mkdirSync(join(shared, 'data'));
  writeFileSync(join(shared, 'service.json'), JSON.stringify({ port }));
  return port;
}

function policyFiles(settings: ExampleSettings, host: string): Changes {
  const { sshd } = settings;
  const reached = sshd
    ? {
        transport: 'ssh',
        address: sshd.address,
        port: sshd.port,
        user: sshd.user,
      }
    : { transport: 'local' };
  const policy = {
    schema: 1,
    mode: 'apply',
    // Who comes after a killed run waits for the lease to run out.
    state: { lease: '15s' },
    hosts: { demo: { ...reached, runtime_root: host, ...settings.host } },
    ignore: ['README.md', 'docs/**'],
    shared: { 'lib/**': [...MODULES] },
    ...settings.policy,
  };
  return {
    '.platform/gates.yaml': stringify(policy),
    ...(sshd
      ? { '.platform/known_hosts': settings.knownHosts ?? sshd.knownHosts }
      : {}),
  };
}
