import { posix } from 'node:path';
import type { ComposeSubject } from '../compose-subject.ts';

/**
 * Repository path of what a host path of the model leads to in the release,
 * empty for its root; undefined where the path leads elsewhere. The old folder
 * of an adopted project stands for the folder of the first compose file.
 */
export function repositoryPath(
  path: string,
  { base, settings }: Pick<ComposeSubject, 'base' | 'settings'>,
): string | undefined {
  const { files, projectDirectory } = settings;
  const folder = posix.dirname(files[0] ?? '');
  if (projectDirectory !== '') {
    const inner = below(path, projectDirectory);
    if (inner !== undefined) return joined(folder, inner);
  }
  return below(path, `${base}/current`);
}

/** The rest of a path inside a folder, empty for the folder itself. */
export function below(path: string, folder: string): string | undefined {
  const from = posix.relative(folder, posix.normalize(path));
  return from === '..' || from.startsWith('../') || posix.isAbsolute(from)
    ? undefined
    : from;
}

/** Whether one of two paths is the other, or inside of it. */
export function overlap(left: string, right: string): boolean {
  return below(left, right) !== undefined || below(right, left) !== undefined;
}

function joined(folder: string, inner: string): string {
  const path = posix.join(folder, inner);
  return path === '.' ? '' : path;
}
