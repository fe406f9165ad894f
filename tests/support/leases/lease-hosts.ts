import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Changes } from '../platform.ts';
import { serviceModule } from '../service-module.ts';

/** One line of what a module of these hosts did, in the order it did it. */
export interface HostMoment {
  readonly what: 'begin' | 'end';
  /** What the host held for the highest fence, and whose it was. */
  readonly fence: number;
  readonly holder: string;
}

/**
 * A module that is never in sync, so that each lane changes its host. It tells
 * under which fence it is being changed, when that begins and when it ends.
 */
export function changingModule(
  host: string,
  place: { readonly services: string; readonly runtimeRoot: string },
): Changes {
  return serviceModule(`on-${host}`, place.services, {
    host,
    scripts: {
      plan: 'exit 2',
      apply: tellingChange(host, place),
    },
  });
}

/** Shell that is a change of a host, and tells under which fence. */
export function tellingChange(
  host: string,
  place: { readonly services: string; readonly runtimeRoot: string },
): string {
  const tell = (what: string) =>
    `echo "${what} $(cat ${place.runtimeRoot}/.fence)" >>${momentsPath(host, place)}`;
  return [tell('begin'), 'sleep 0.5', tell('end')].join('\n');
}

/** All changes of a host, oldest first. */
export function readMoments(
  host: string,
  place: { readonly services: string },
): HostMoment[] {
  const path = momentsPath(host, place);
  if (!existsSync(path)) return [];
  return readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => {
      const [what = '', fence = '', holder = ''] = line.split(' ');
      if (what !== 'begin' && what !== 'end') throw new Error(line);
      return { what, fence: Number(fence), holder };
    });
}

function momentsPath(host: string, place: { readonly services: string }) {
  return join(place.services, `${host}.moments`);
}
