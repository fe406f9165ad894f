import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import { parse } from 'yaml';
import * as z from 'zod';
import { containersOf, docker, type EngineContainer } from './engine.ts';
import { imageId } from './engine-image.ts';

/** The part of a compose file that is looked at, as these tests write it. */
const composeSchema = z.object({
  services: z.record(
    z.string(),
    z.object({
      image: z.string(),
      command: z.array(z.string()).default([]),
      env_file: z.array(z.string()).default([]),
      environment: z.record(z.string(), z.string()).default({}),
      volumes: z.array(z.string()).default([]),
      configs: z
        .array(z.object({ source: z.string(), target: z.string() }))
        .default([]),
      deploy: z.object({ replicas: z.number() }).default({ replicas: 1 }),
    }),
  ),
  configs: z.record(z.string(), z.object({ file: z.string() })).default({}),
});

type Service = z.infer<typeof composeSchema>['services'][string];

/** A module at a commit, and the project it runs in. */
export interface CommittedModule {
  readonly git: (...args: readonly string[]) => string;
  readonly commit: string;
  /** `modules/<id>`. */
  readonly folder: string;
  readonly project: string;
}

/**
 * How what runs differs from a commit: asked of git, of the engine and of what
 * the containers read, and of nothing of this project. Empty where it does not.
 */
export function differencesFromCommit(module: CommittedModule): string[] {
  const compose = readCompose(module);
  const running = containersOf(module.project);
  return Object.entries(compose.services).flatMap(([name, service]) => {
    const containers = running.filter((each) => each.service === name);
    const { replicas } = service.deploy;
    const wrong =
      containers.length === replicas
        ? []
        : [`${name} has ${containers.length} containers, not ${replicas}`];
    return [
      ...wrong,
      ...containers.flatMap((container) =>
        differencesOf(container, service, compose.configs, module).map(
          (text) => `${container.name}: ${text}`,
        ),
      ),
    ];
  });
}

/** Names of the services that a module has at its commit. */
export function servicesAt(module: CommittedModule): string[] {
  return Object.keys(readCompose(module).services);
}

function readCompose(module: CommittedModule) {
  return composeSchema.parse(parse(readBlob(module, 'compose.yaml')));
}

function differencesOf(
  container: EngineContainer,
  service: Service,
  configs: z.infer<typeof composeSchema>['configs'],
  module: CommittedModule,
): string[] {
  const differences: string[] = [];
  const expect = (what: string, is: unknown, wanted: unknown) => {
    const [a, b] = [JSON.stringify(is), JSON.stringify(wanted)];
    if (a !== b) differences.push(`${what} is ${a}, not ${b}`);
  };
  expect('state', container.state, 'running');
  expect('a half made name', /^[0-9a-f]{12}_/.test(container.name), false);
  expect('image', container.imageId, imageId(service.image));
  if (container.state !== 'running') return differences;
  const given: { Env: string[]; Cmd: string[] } = JSON.parse(
    docker('inspect', '--format', '{{json .Config}}', container.id),
  );
  for (const line of environmentOf(service, module)) {
    expect(`environment ${line}`, given.Env.includes(line), true);
  }
  expect(
    'command',
    given.Cmd,
    service.command.length ? service.command : ['idle'],
  );
  const places = readPlaces(service, configs, module);
  expect('content', contentRead(container, service), contentAt(module, places));
  return differences;
}

function environmentOf(service: Service, module: CommittedModule): string[] {
  const files = service.env_file.flatMap((path) =>
    readBlob(module, path).split('\n').filter(Boolean),
  );
  const own = Object.entries(service.environment).map(
    ([key, value]) => `${key}=${value}`,
  );
  return [...files, ...own];
}

/** Places in a container, with the tracked path that is to be read there. */
function readPlaces(
  service: Service,
  configs: z.infer<typeof composeSchema>['configs'],
  module: CommittedModule,
): ReadonlyMap<string, string> {
  const bound = service.volumes.flatMap((text) => {
    const [source = '', target = ''] = text.split(':');
    const path = posix.join(module.folder, source);
    const below = module
      .git('ls-tree', '-r', '--name-only', module.commit, '--', path)
      .split('\n')
      .filter(Boolean);
    return below.map(
      (each) => [posix.join(target, posix.relative(path, each)), each] as const,
    );
  });
  const made = service.configs.map(
    ({ source, target }) =>
      [target, posix.join(module.folder, configs[source]?.file ?? '')] as const,
  );
  return new Map([...bound, ...made]);
}

/** What a container reads, also what it should not: paths with their sums. */
function contentRead(container: EngineContainer, service: Service): string[] {
  const targets = [
    ...service.volumes.map((text) => text.split(':')[1] ?? ''),
    ...service.configs.map(({ target }) => target),
  ];
  if (targets.length === 0) return [];
  const script = 'find "$@" -type f | xargs sha256sum';
  return docker('exec', container.id, 'sh', '-c', script, 'sh', ...targets)
    .split('\n')
    .sort();
}

function contentAt(
  { commit, git }: CommittedModule,
  places: ReadonlyMap<string, string>,
): string[] {
  return [...places]
    .map(([place, path]) => {
      const content = git('show', `${commit}:${path}`);
      const sum = createHash('sha256').update(content).digest('hex');
      return `${sum}  ${place}`;
    })
    .sort();
}

function readBlob(module: CommittedModule, path: string): string {
  return module.git(
    'show',
    `${module.commit}:${posix.join(module.folder, path)}`,
  );
}
