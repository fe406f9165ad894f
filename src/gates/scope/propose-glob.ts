import { isBoundedGlob } from '../../model/bounded-glob.ts';

const MAX_GLOB_CHARACTERS = 256;

/**
 * A glob for the policy that matches a path, as YAML of ASCII alone. What a
 * glob would not take as written stands for any one character; a path that is
 * too long for a glob is matched by a folder above it. Undefined where even
 * that is too long.
 */
export function proposeGlob(path: string): string | undefined {
  const literal = path.replace(/[*?[\]{}!(),\\#\x00-\x1f\x7f]/g, '?');
  const segments = literal.split('/');
  let glob = literal;
  while (glob.length > MAX_GLOB_CHARACTERS || !isBoundedGlob(glob)) {
    segments.pop();
    if (segments.length === 0) return undefined;
    glob = `${segments.join('/')}/**`;
  }
  // The same escapes in JSON and in YAML.
  return JSON.stringify(glob).replace(
    /[^\x20-\x7e]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
