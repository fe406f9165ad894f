import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Every entry below a folder with its mode, owner, time and content, sorted.
 * Two equal listings mean that nothing was touched in between. Unless it is to
 * be whole, it leaves out where a plan puts its copy of a release.
 */
export function listFolder(folder: string, { whole = false } = {}): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => whole || !path.startsWith('.staging'))
    .sort()
    .map((path) => describe(folder, path));
}

function describe(folder: string, path: string): string {
  const full = join(folder, path);
  const found = lstatSync(full);
  const rights = [found.mode.toString(8), found.uid];
  if (found.isSymbolicLink())
    return [path, ...rights, readlinkSync(full)].join(' ');
  if (!found.isFile()) return [path, ...rights].join(' ');
  const hash = createHash('sha256').update(readFileSync(full)).digest('hex');
  return [path, ...rights, found.mtimeMs, hash].join(' ');
}
