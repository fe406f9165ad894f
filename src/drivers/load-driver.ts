import type { Manifest } from '../model/manifest.ts';
import type { Driver } from './driver.ts';

/** The driver of a module, loaded when there is such a module. */
export async function loadDriver(kind: Manifest['driver']): Promise<Driver> {
  switch (kind) {
    case 'command':
      return (await import('./command/command-driver.ts')).commandDriver;
    case 'compose':
      return (await import('./compose/compose-driver.ts')).composeDriver;
  }
}
