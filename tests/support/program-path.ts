import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Programs for administrators are not in everybody's PATH. */
const SBIN = ['/usr/local/sbin', '/usr/sbin', '/sbin'];

/** Where a program of this machine lies; further folders come after PATH. */
export function findProgram(
  name: string,
  ...further: readonly string[]
): string | undefined {
  const path = (process.env['PATH'] ?? '').split(delimiter);
  return [...path, ...SBIN, ...further]
    .map((folder) => join(folder, name))
    .find(isExecutable);
}

export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
