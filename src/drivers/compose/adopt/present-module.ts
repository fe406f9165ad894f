import { posix } from 'node:path';
import type { NamedPaths } from './named-paths.ts';
import type { SortedPaths } from './sort-paths.ts';

/** A module that the repository has already, such as one that init drafted. */
export interface PresentModule {
  /** Its manifest as it is written. */
  readonly keys: Readonly<Record<string, unknown>>;
  /** Repository folder of its first compose file, empty for the root. */
  readonly folder: string;
  /** Whether git has a path below that folder, or something in it. */
  readonly tracks: (path: string) => boolean;
}

/** Where the files of a draft go, and what of them is the host's. */
export interface SettledPaths {
  readonly paths: SortedPaths;
  /** Repository folder that stands for that of the project. */
  readonly base: string;
}

/**
 * Leaves the files of a module where they are, as far as that can be: only in
 * the module's own folder may something be the host's. What git has and nobody
 * writes to is git's.
 */
export function settlePaths(
  paths: SortedPaths,
  present: PresentModule | undefined,
  given: {
    readonly moduleFolder: string;
    readonly named: NamedPaths['named'];
  },
): SettledPaths {
  const { moduleFolder, named } = given;
  if (present === undefined) return { paths, base: moduleFolder };
  const isWritten = (path: string) =>
    named.some((each) => each.path === path && each.writable);
  const hostDirs = paths.hostDirs.filter(
    (path) => isWritten(path) || !present.tracks(path),
  );
  const stays =
    present.folder === moduleFolder ||
    hostDirs.length + paths.hostFiles.length === 0;
  return stays
    ? { paths: { ...paths, hostDirs }, base: present.folder }
    : { paths, base: moduleFolder };
}

/** What git has twice once a module's files went to another folder. */
export function listMoved(
  tracked: SortedPaths['tracked'],
  present: PresentModule | undefined,
  base: string,
): readonly string[] {
  if (present === undefined || present.folder === base) return [];
  return tracked
    .filter(({ path }) => present.tracks(path))
    .map(({ path }) => posix.join(present.folder, path));
}

/** How a manifest names a compose file. */
export function composeFileName(
  file: string,
  { base, moduleFolder }: { base: string; moduleFolder: string },
): string {
  return base === moduleFolder ? file : `/${posix.join(base, file)}`;
}

/** What only a host can tell; the rest of a manifest is for people to say. */
const TOLD_BY_HOST = new Set([
  ...['schema', 'id', 'stateful', 'host', 'driver', 'compose'],
  ...['host_files', 'host_dirs'],
]);

/** Keeps what a manifest says already; none becomes stateless by a draft. */
export function keepKeys(
  drafted: Readonly<Record<string, unknown>>,
  { keys }: Pick<PresentModule, 'keys'>,
): Readonly<Record<string, unknown>> {
  const kept = Object.entries(keys).filter(([key]) => !TOLD_BY_HOST.has(key));
  return {
    ...drafted,
    ...Object.fromEntries(kept),
    stateful: drafted['stateful'] === true || keys['stateful'] === true,
  };
}
