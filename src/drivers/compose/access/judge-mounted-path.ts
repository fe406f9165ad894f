import type { Manifest } from '../../../model/manifest.ts';
import type { ReleasePaths } from '../source/release-paths.ts';
import { resolveInRelease } from '../source/release-paths.ts';
import { relativeMount, remedyOfUnmanaged } from '../source/unmanaged-path.ts';

/** Where relative paths lead, and whose what they lead to is. */
export interface MountContext {
  readonly manifest: Manifest;
  readonly folder: string;
  readonly paths: ReleasePaths;
  /** Repository path that relative paths start from. */
  readonly base: string;
}

export interface MountProblem {
  /** Completes "which …". */
  readonly why: string;
  readonly remedy: string;
}

const OUTSIDE_REMEDY =
  'Keep it in the folder of the module: commit it, or list it in host_files or host_dirs.';

const UNRESOLVED: MountProblem = {
  why: 'is known only when it is resolved, and then compose has read it',
  remedy: 'Name the file without a variable.',
};

const IN_A_VOLUME: MountProblem = {
  why: 'is in git: behind a volume it stays as it was when that was first mounted',
  remedy:
    'Mount the path itself into the service, without a volume of its own.',
};

/** How a path is used. */
export interface PathUse {
  /** Compose reads it while it resolves: the model does not show it. */
  readonly isRead: boolean;
  /** False where a bind does not say which of both it is. */
  readonly isFile: boolean;
  /** Nothing is wrong where it is not there. */
  readonly isOptional?: boolean;
  /** An engine goes on showing the release that a volume was mounted from. */
  readonly isVolume?: boolean;
}

/**
 * Judges a path that a compose file names. What holds a variable is judged
 * when it is resolved; so is an absolute path, unless compose itself reads it.
 * Undefined where nothing is wrong.
 */
export function judgeMountedPath(
  text: string,
  context: MountContext,
  use: PathUse,
): MountProblem | undefined {
  if (text === '/dev/null') return undefined;
  if (text.includes('$')) return use.isRead ? UNRESOLVED : undefined;
  if (text.startsWith('~')) {
    return { why: 'is in a home folder of the host', remedy: OUTSIDE_REMEDY };
  }
  if (text.startsWith('/')) {
    return use.isRead
      ? { why: 'is a file of the host', remedy: OUTSIDE_REMEDY }
      : undefined;
  }
  const path = resolveInRelease(context.base, text);
  if (path === undefined) {
    return { why: 'leaves the release', remedy: OUTSIDE_REMEDY };
  }
  return judgeReleasePath(path, context, use);
}

/** Judges a path inside of the release. */
export function judgeReleasePath(
  path: string,
  context: MountContext,
  use: PathUse,
): MountProblem | undefined {
  const { base, folder, manifest } = context;
  const found = context.paths.kindOf(path);
  switch (found.kind) {
    case 'tracked':
      return use.isVolume ? IN_A_VOLUME : undefined;
    case 'host':
      return undefined;
    case 'above':
      return {
        why: `holds ${found.hostPath}, which lives on the host: inside of the container its link leads nowhere`,
        remedy: `Mount ${relativeMount(base, found.hostPath)} itself, and what is tracked by paths of its own.`,
      };
    case 'unknown':
      return use.isOptional
        ? undefined
        : {
            why: `is neither in git nor declared to live on the host (${path})`,
            remedy: remedyOfUnmanaged({
              ...{ base, folder, manifest, path },
              ...(use.isFile ? { isFolder: false } : {}),
            }),
          };
  }
}
