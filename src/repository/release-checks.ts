import { posix } from 'node:path';
import type { ReleaseFile } from '../drivers/driver.ts';
import { isContainedPath } from '../model/identifiers.ts';
import { printable } from '../model/printable.ts';
import { SUBMODULE_MODE, SYMLINK_MODE, type TreeEntry } from './tree.ts';

export const MAX_RELEASE_FILES = 10_000;
export const MAX_RELEASE_BYTES = 64 * 1024 * 1024;

/** Of one segment of a path, on every file system in use. */
const MAX_NAME_BYTES = 255;

const LFS_POINTER = Buffer.from('version https://git-lfs.github.com/spec/');
const FILE_MODES: ReadonlySet<string> = new Set([
  '100644',
  '100755',
  SYMLINK_MODE,
]);

/** An entry that cannot be part of a release, and why. */
export interface EntryProblem {
  readonly path: string;
  readonly message: string;
}

/** Where in a release the module lies, and what it leaves to the host. */
export interface ReleaseLayout {
  /** Repository path of the module's folder. */
  readonly folder: string;
  /** `host_files` and `host_dirs`, relative to the folder. */
  readonly hostPaths: readonly string[];
}

/** What the listing alone tells: kinds, paths, number, and who owns a path. */
export function checkEntries(
  entries: readonly TreeEntry[],
  layout: ReleaseLayout,
): readonly EntryProblem[] {
  if (entries.length > MAX_RELEASE_FILES) {
    return [
      {
        path: layout.folder,
        message: `holds ${entries.length} files, more than ${MAX_RELEASE_FILES}`,
      },
    ];
  }
  return entries.flatMap(({ mode, path }) => {
    const message = entryProblem(mode, path, layout);
    return message === undefined ? [] : [{ path, message }];
  });
}

function entryProblem(
  mode: string,
  path: string,
  layout: ReleaseLayout,
): string | undefined {
  if (mode === SUBMODULE_MODE) return 'is a submodule';
  if (!FILE_MODES.has(mode)) return `has the mode ${mode}`;
  if (!isContainedPath(path) || path.includes('\u{fffd}')) {
    return 'is a path that no host can be given';
  }
  if (
    path.split('/').some((name) => Buffer.byteLength(name) > MAX_NAME_BYTES)
  ) {
    return 'has a name that is too long for a file system';
  }
  const owned = layout.hostPaths
    .map((hostPath) => `${layout.folder}/${hostPath}`)
    .find((hostPath) => isTaken(hostPath, path));
  return owned === undefined
    ? undefined
    : `is in git, and ${owned} is declared to live on the host`;
}

/** True where a tracked entry, which is no folder, is in the way of a path. */
function isTaken(hostPath: string, path: string): boolean {
  return (
    path === hostPath ||
    path.startsWith(`${hostPath}/`) ||
    hostPath.startsWith(`${path}/`)
  );
}

/** What only the bytes tell: LFS pointers, and symlinks that lead outside. */
export function checkContents(
  files: readonly ReleaseFile[],
  layout: ReleaseLayout,
): readonly EntryProblem[] {
  const paths = files.map((file) => file.path);
  return files.flatMap(({ path, mode, content }) => {
    if (mode !== SYMLINK_MODE) {
      return content.subarray(0, LFS_POINTER.length).equals(LFS_POINTER)
        ? [{ path, message: 'is a git LFS pointer, not the content itself' }]
        : [];
    }
    const target = content.toString('utf8');
    return staysInside(path, target, [layout.folder, ...paths])
      ? []
      : [
          {
            path,
            message: `is a symlink to ${printable(JSON.stringify(target))}, outside of the module`,
          },
        ];
  });
}

/**
 * True for a target inside one of the places, or a folder above one that is
 * not the root. `..` counts at the beginning only: behind a folder that is
 * itself a symlink it would lead elsewhere than it reads.
 */
function staysInside(
  link: string,
  target: string,
  places: readonly string[],
): boolean {
  const plain = target.replace(/\/$/, '');
  const rest = plain.replace(/^(?:\.{1,2}(?:\/|$))*/, '');
  if (plain === '' || (rest !== '' && !isContainedPath(rest))) return false;
  const goal = posix.join(posix.dirname(link), plain).replace(/\/$/, '');
  if (!isContainedPath(goal)) return false;
  return places.some(
    (place) =>
      goal === place ||
      goal.startsWith(`${place}/`) ||
      place.startsWith(`${goal}/`),
  );
}
