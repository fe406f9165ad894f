import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Every entry below a folder with its mode, owner, time and content, sorted.
 * Two equal listings mean that nothing was touched in between.
 */
export function listHost(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .sort()
    .map((path) => describe(folder, path));
}

function describe(folder: string, path: string): string {
  const full = join(folder, path);
  const { mode, uid, mtimeMs } = lstatSync(full);
  const content = describeContent(full);
  return [path, mode.toString(8), uid, mtimeMs, content].join(' ');
}

function describeContent(path: string): string {
  const found = lstatSync(path);
  if (found.isSymbolicLink()) return readlinkSync(path);
  if (!found.isFile()) return '';
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}
