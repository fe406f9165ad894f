import type { Manifest } from '../model/manifest.ts';
import type { Driver } from './driver.ts';

/** The driver of a module; undefined where this version does not have it. */
export async function loadDriver(
  kind: Manifest['driver'],
): Promise<Driver | undefined> {
  switch (kind) {
    case 'command':
      return (await import('./command/command-driver.ts')).commandDriver;
    case 'compose':
      return undefined;
  }
}
