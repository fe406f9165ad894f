import { posix } from 'node:path';
import type { Manifest } from '../../../model/manifest.ts';

/**
 * What a path of a release is. `above`: the folder of something that lives on
 * the host; what is mounted of it has a link that leads nowhere.
 */
export type PathKind =
  | { readonly kind: 'tracked' | 'host' | 'unknown' }
  | { readonly kind: 'above'; readonly hostPath: string };

/** Whose a path of a release is: git's, or the host's. */
export interface ReleasePaths {
  /** Of a repository path without `.` and `..`; empty for the root. */
  kindOf(path: string): PathKind;
}

export function openReleasePaths(release: {
  readonly manifest: Pick<Manifest, 'host_files' | 'host_dirs'>;
  readonly folder: string;
  /** Paths of what is tracked; folders follow from them. */
  readonly tracked: Iterable<string>;
}): ReleasePaths {
  const { folder, manifest } = release;
  const inModule = (path: string) => `${folder}/${path}`;
  const hostDirs = manifest.host_dirs.map(inModule);
  const hostPaths = [...manifest.host_files.map(inModule), ...hostDirs];
  const tracked = new Set<string>();
  for (const path of release.tracked) {
    for (let at = path; !tracked.has(at); at = parentOf(at)) tracked.add(at);
  }
  return {
    kindOf(path) {
      const hostPath = hostPaths.find((each) => isBelow(each, path));
      if (hostPath !== undefined) return { kind: 'above', hostPath };
      if (
        hostPaths.includes(path) ||
        hostDirs.some((each) => isBelow(path, each))
      ) {
        return { kind: 'host' };
      }
      return { kind: tracked.has(path) ? 'tracked' : 'unknown' };
    },
  };
}

/** Where a path leads; undefined where that is outside of the repository. */
export function resolveInRelease(
  base: string,
  relative: string,
): string | undefined {
  if (relative.startsWith('/')) return undefined;
  const path = posix.join(base, relative).replace(/\/+$/, '');
  if (path === '..' || path.startsWith('../')) return undefined;
  return path === '.' ? '' : path;
}

/** The folder of a repository path, empty for the root. */
export function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

/** True for a path that lies in a folder and is not the folder itself. */
export function isBelow(path: string, folder: string): boolean {
  return folder === ''
    ? path !== ''
    : path.length > folder.length && path.startsWith(`${folder}/`);
}
