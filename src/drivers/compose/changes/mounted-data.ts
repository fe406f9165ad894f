import { posix } from 'node:path';
import { textsOf } from '../access/service-text.ts';
import type { ComposeSubject } from '../compose-subject.ts';
import type { ComposeFacts } from '../facts/facts.ts';
import type {
  ComposeModel,
  ComposeMount,
  ComposeService,
} from '../facts/model.ts';
import { below, repositoryPath } from './repository-path.ts';

/** Folders of the host that hold nothing a service could lose. */
const NO_DATA = ['/dev', '/proc', '/sys', '/run', '/var/run'];
/** How volumes of another service are taken. */
const ACCESS = /:(?:ro|rw)$/;
const NO_DATA_FILES = new Set(['/etc/localtime', '/etc/timezone']);

/** What a mount target has data in. */
export interface MountedData {
  /** Equal for the same data, whatever it is called. */
  readonly id: string;
  /** How it is told. */
  readonly shown: string;
}

/** A model, and what in it is kept on the host instead of in git. */
export interface MountView {
  readonly model: ComposeModel;
  /** Names below `shared`. */
  readonly hostNames: readonly string[];
}

/**
 * Mount targets of a service that had data in one place and would find another
 * one, or none: it would start empty, and be healthy.
 */
export function findMovedData(
  service: ComposeService,
  facts: ComposeFacts,
  subject: ComposeSubject,
): string[] {
  const { model, previous } = facts;
  const before = previous?.services.get(service.name);
  if (!previous || !before) return [];
  const old: MountView = {
    model: previous,
    hostNames: facts.previousHost.map(({ path }) => moduleName(path, subject)),
  };
  const { host_dirs, host_files } = subject.manifest;
  const now: MountView = { model, hostNames: [...host_files, ...host_dirs] };
  const moved = before.mounts.flatMap((mount) => {
    const had = dataOf(mount, old, subject);
    if (!had) return [];
    const same = service.mounts.find(
      (each) => placeOf(each.target.value) === placeOf(mount.target.value),
    );
    const has = same && dataOf(same, now, subject);
    if (has?.id === had.id) return [];
    const where = has ? `${had.shown} -> ${has.shown}` : `${had.shown} -> none`;
    return [`the data at ${mount.target.shown} moves: ${where}`];
  });
  const had = before.mounts.filter((mount) => dataOf(mount, old, subject));
  const hidden = service.mounts
    .filter((mount) => mount.type === 'tmpfs' || dataOf(mount, now, subject))
    .filter((mount) => hides(mount, had, before.mounts))
    .map(({ target }) => `${target.shown} is mounted over data that was there`);
  return [...moved, ...hidden, ...untaken(before, service)];
}

/** Whether a mount is new, and inside of what had data. */
function hides(
  { target }: ComposeMount,
  had: readonly ComposeMount[],
  before: readonly ComposeMount[],
): boolean {
  const place = placeOf(target.value);
  return (
    before.every((each) => placeOf(each.target.value) !== place) &&
    had.some((each) => below(place, placeOf(each.target.value)) !== undefined)
  );
}

/** Services whose volumes it had and would not have any more. */
function untaken(before: ComposeService, service: ComposeService): string[] {
  const takes = (one: ComposeService) =>
    textsOf(one.entries.get('volumes_from'));
  const now = new Set(
    takes(service).map(({ value }) => value.replace(ACCESS, '')),
  );
  return takes(before)
    .filter(({ value }) => !now.has(value.replace(ACCESS, '')))
    .map(({ shown }) => `the volumes of ${shown} are not mounted any more`);
}

/** Undefined where the mount is tracked content, memory, or of an image. */
export function dataOf(
  mount: ComposeMount,
  view: MountView,
  subject: ComposeSubject,
): MountedData | undefined {
  const { source, subpath, type } = mount;
  switch (type) {
    case 'tmpfs':
    case 'image':
      return undefined;
    case 'bind':
      return source && boundData(source.value, source.shown, view, subject);
    case 'volume': {
      if (!source) return { id: 'anonymous', shown: 'an anonymous volume' };
      const name = view.model.volumes.get(source.value)?.name ?? source;
      const folder = subpath ? `/${subpath.value}` : '';
      return {
        id: `volume ${name.value}${folder}`,
        shown: `volume ${name.shown}${subpath ? `/${subpath.shown}` : ''}`,
      };
    }
    default:
      return {
        id: `${type} ${source?.value ?? ''}`,
        shown: `${type} ${source?.shown ?? ''}`,
      };
  }
}

function boundData(
  source: string,
  shown: string,
  view: MountView,
  subject: ComposeSubject,
): MountedData | undefined {
  const shared = below(source, `${subject.base}/shared`);
  if (shared !== undefined) return { id: `shared ${shared}`, shown };
  const path = repositoryPath(source, subject);
  if (path === undefined) {
    return hasNoData(source)
      ? undefined
      : { id: `path ${placeOf(source)}`, shown };
  }
  const name = moduleName(path, subject);
  const kept = view.hostNames.some((each) => below(name, each) !== undefined);
  return kept ? { id: `shared ${name}`, shown } : undefined;
}

/**
 * A repository path as it is called below `shared`: without the folder of the
 * module, also without the one it had before it was renamed.
 */
function moduleName(
  path: string,
  { folder, manifest }: ComposeSubject,
): string {
  const former = manifest.renamed_from;
  const folders = [
    folder,
    ...(former === '' ? [] : [posix.join(posix.dirname(folder), former)]),
  ];
  for (const each of folders) {
    const name = below(path, each);
    if (name !== undefined && name !== '') return name;
  }
  return path;
}

function hasNoData(path: string): boolean {
  const place = placeOf(path);
  return (
    NO_DATA_FILES.has(place) ||
    NO_DATA.some((folder) => below(place, folder) !== undefined)
  );
}

export function placeOf(path: string): string {
  const place = posix.normalize(path);
  return place.length > 1 && place.endsWith('/') ? place.slice(0, -1) : place;
}
