import { proposeGlob } from '../gates/scope/propose-glob.ts';

/** A glob for one path; undefined where none is short enough. */
export function globOfPath(path: string): string | undefined {
  const proposed = proposeGlob(path);
  return proposed === undefined ? undefined : (JSON.parse(proposed) as string);
}

/** A glob for all that lies in a folder. */
export function globOfFolder(folder: string): string | undefined {
  const glob = globOfPath(folder);
  if (glob === undefined || glob.endsWith('/**')) return glob;
  const below = `${glob}/**`;
  return below.length > 256
    ? globOfPath(`${folder}/${'?'.repeat(300)}`)
    : below;
}
