import { execFileSync, spawnSync } from 'node:child_process';
import { findProgram } from './program-path.ts';

/** A busybox that needs no library: all that an image from nothing has. */
export function findStaticBusybox(): string | undefined {
  const path = findProgram('busybox');
  if (path === undefined) return undefined;
  const { stdout } = spawnSync('ldd', [path], { encoding: 'utf8' });
  return /\blibc\./.test(stdout ?? '') ? undefined : path;
}

/** Names of what it can do, such as `sh` and `wget`. */
export function listApplets(busybox: string): string[] {
  const list = execFileSync(busybox, ['--list'], { encoding: 'utf8' });
  return list.split('\n').filter((name) => name !== '' && name !== 'busybox');
}
