import { databaseKind } from '../changes/database-image.ts';
import type { RunningContainer } from './running-project.ts';
import type { SortedPaths } from './sort-paths.ts';

/** Databases that have a class of backup of their own. */
const CLASSES: Readonly<Record<string, string>> = {
  postgres: 'postgres',
  postgresql: 'postgres',
  postgis: 'postgres',
  pgvector: 'postgres',
  timescaledb: 'postgres',
  redis: 'redis',
  valkey: 'redis',
};

export interface ManifestRequest {
  readonly id: string;
  readonly host: string;
  readonly project: string;
  readonly folder: string;
  /** Compose files below the folder, in their order. */
  readonly files: readonly string[];
  readonly services: readonly string[] | undefined;
  readonly profiles: readonly string[];
  readonly containers: readonly RunningContainer[];
  readonly paths: SortedPaths;
  /** Whether the folder becomes a link to the live release. */
  readonly takesFolder: boolean;
}

export interface DraftedManifest {
  readonly manifest: Readonly<Record<string, unknown>>;
  /** What makes it stateful; empty where nothing does. */
  readonly stateful: readonly string[];
  readonly notes: readonly string[];
}

/** Says what runs as a manifest would; what may hold data is stateful. */
export function draftManifest(request: ManifestRequest): DraftedManifest {
  const { containers, folder, id, paths, project } = request;
  const [file, ...files] = request.files;
  const stateful = whyStateful(request);
  const backup =
    stateful.length === 0 ? undefined : guessBackup(containers, paths);
  const oneshot = containers.filter(isOneshot).map(({ service }) => service);
  const ended = oneshot.map(
    (service) => `${service} has ended with exit 0: it is taken as oneshot`,
  );
  const some = (list: readonly string[]) =>
    list.length > 0 ? [...new Set(list)] : undefined;
  const manifest = {
    schema: 1,
    id,
    stateful: stateful.length > 0,
    host: request.host,
    driver: 'compose',
    compose: {
      file,
      files: some(files),
      project,
      services: request.services,
      profiles: some(request.profiles),
      oneshot: some(oneshot),
      project_directory: request.takesFolder ? folder : undefined,
    },
    host_files: some(paths.hostFiles),
    host_dirs: some(paths.hostDirs),
    health: { timeout: '60s', streak: 3, interval: '2s' },
    backup: backup?.settings,
  };
  return {
    manifest,
    stateful,
    notes: [...ended, ...namelessVolumes(containers), ...(backup?.notes ?? [])],
  };
}

/** One that ended well and is not to be started again, as far as one can see. */
export function isOneshot(container: RunningContainer): boolean {
  const { exitCode, restart, state } = container;
  return (
    state === 'exited' &&
    exitCode === 0 &&
    ['', 'no', 'on-failure'].includes(restart)
  );
}

function whyStateful({ containers, paths }: ManifestRequest): string[] {
  const reasons = containers.flatMap(({ image, mounts, service }) => {
    const kind = databaseKind(image);
    return [
      ...(kind === undefined ? [] : [`${service} is a database (${kind})`]),
      ...mounts
        .filter(({ type }) => type === 'volume')
        .map(({ target }) => `${service} has a volume at ${target}`),
      ...mounts
        .filter(({ source, type, writable }) => isData(type, source, writable))
        .map(({ target }) => `${service} can write to the host at ${target}`),
    ];
  });
  const folders = paths.hostDirs.map((path) => `${path} is on the host`);
  return [...new Set([...reasons, ...folders])];
}

function isData(type: string, source: string, writable: boolean): boolean {
  return type === 'bind' && writable && !source.endsWith('.sock');
}

const NAMELESS = /^[0-9a-f]{64}$/;

function namelessVolumes(containers: readonly RunningContainer[]): string[] {
  return containers.flatMap(({ mounts, service }) =>
    mounts
      .filter(({ source, type }) => type === 'volume' && NAMELESS.test(source))
      .map(
        ({ target }) =>
          `${service} has a volume without a name at ${target}: no backup class sees it; give it a name before it matters`,
      ),
  );
}

function guessBackup(
  containers: readonly RunningContainer[],
  { hostDirs }: SortedPaths,
) {
  const databases = containers.flatMap(({ image, service }) => {
    const kind = databaseKind(image);
    return kind === undefined ? [] : [{ kind, service }];
  });
  const services = [...new Set(databases.map(({ service }) => service))];
  const [first] = databases;
  const own = CLASSES[first?.kind ?? ''];
  const notes = databases
    .filter(({ kind }) => CLASSES[kind] === undefined)
    .map(
      ({ kind, service }) =>
        `${service}: there is no backup class for ${kind}; dump it by its own means and adopt the dump (docs/stateful.md)`,
    );
  if (first && own !== undefined && services.length === 1) {
    const settings = { class: own, service: first.service };
    return { settings, notes: [`backup: class ${own} is a guess`] };
  }
  const hasVolume = containers.some(({ mounts }) =>
    mounts.some(
      ({ source, type }) => type === 'volume' && !NAMELESS.test(source),
    ),
  );
  const settings = { class: hasVolume ? 'volume' : 'files' };
  const left =
    hasVolume && hostDirs.length > 0 ? `, without ${hostDirs.join(', ')}` : '';
  notes.push(`backup: class ${settings.class} is a guess${left}`);
  return { settings, notes };
}
