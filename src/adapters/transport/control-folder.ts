import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { ActionError } from '../../model/errors.ts';

/**
 * The folder of the shared connections of one job. A socket's path may have a
 * hundred bytes and a runner's folders are longer, so it lies under /tmp.
 */
export function controlFolder(jobFolder: string): string {
  const hash = createHash('sha256').update(resolve(jobFolder)).digest('hex');
  return `/tmp/ag-${process.getuid?.() ?? 0}-${hash.slice(0, 12)}`;
}

/**
 * Makes it, or takes the one that an earlier step made. Whoever else could
 * write to it could speak to our hosts, and /tmp belongs to everybody.
 */
export function makeControlFolder(jobFolder: string): string {
  const folder = controlFolder(jobFolder);
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (cause) {
    const exists =
      cause instanceof Error && 'code' in cause && cause.code === 'EEXIST';
    if (!exists) throw refused(folder, 'cannot be made', cause);
  }
  const status = lstatSync(folder);
  const isOurs =
    status.isDirectory() &&
    status.uid === process.getuid?.() &&
    (status.mode & 0o077) === 0;
  if (!isOurs) throw refused(folder, 'belongs to somebody else');
  return folder;
}

function refused(folder: string, what: string, cause?: unknown): ActionError {
  return new ActionError(
    'plan/host-unreachable',
    `The folder for ssh connections ${folder} ${what}`,
    { remedy: `Look at it, then remove it: rm -rf ${folder}`, cause },
  );
}
