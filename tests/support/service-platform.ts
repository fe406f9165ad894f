import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { acknowledgeHost } from './acknowledge-host.ts';
import { type Changes, makePlatform, type Platform } from './platform.ts';
import { type ServiceOptions, serviceModule } from './service-module.ts';

/** A platform whose host `here` is this machine. */
export interface ServicePlatform extends Platform {
  /** Runtime root of the host `here`. */
  readonly runtimeRoot: string;
  /** True where the host holds what the operator put there, and no more. */
  isUntouched(): boolean;
  /** Where the services of its modules live. */
  readonly services: string;
  /** Files of a module of this platform. */
  module(id: string, options?: ServiceOptions): Changes;
  /** Version that a service runs; undefined where there is none. */
  running(id: string): string | undefined;
  /** What was applied, in order. */
  applies(id: string): string[];
}

export interface PolicyOptions {
  readonly mode?: 'observe' | 'apply';
  /** Further hosts, as lines of YAML below `hosts:`. */
  readonly hosts?: string;
  /** Further lines at the top. */
  readonly more?: string;
}

/** Makes a platform whose first commit holds the policy and these files. */
export function makeServicePlatform(
  policy: PolicyOptions = {},
  files: Changes = {},
): ServicePlatform {
  const platform = makePlatform({ 'README.md': 'platform\n' });
  const services = join(platform.root, 'services');
  const runtimeRoot = join(platform.root, 'host');
  mkdirSync(services);
  acknowledgeHost(runtimeRoot, 'here');
  const read = (path: string) =>
    existsSync(path) ? readFileSync(path, 'utf8').trimEnd() : undefined;
  platform.commit({
    '.platform/gates.yaml': renderPolicy(runtimeRoot, policy),
    ...files,
  });
  return {
    ...platform,
    runtimeRoot,
    isUntouched: () => readdirSync(runtimeRoot).join() === '.acknowledged',
    services,
    module: (id, options) => serviceModule(id, services, options),
    running: (id) => read(join(services, id)),
    applies: (id) =>
      (read(join(services, `${id}.log`)) ?? '').split('\n').filter(Boolean),
  };
}

/** The policy of the tests. */
export function renderPolicy(
  runtimeRoot: string,
  options: PolicyOptions = {},
): string {
  return [
    'schema: 1',
    `mode: ${options.mode ?? 'apply'}`,
    // Who comes after a killed run waits for the lease to run out.
    ...(options.more?.includes('state:') ? [] : ['state: {lease: 15s}']),
    'hosts:',
    `  here: {transport: local, runtime_root: ${runtimeRoot}}`,
    options.hosts ?? '',
    'ignore: [README.md]',
    options.more ?? '',
    '',
  ].join('\n');
}
