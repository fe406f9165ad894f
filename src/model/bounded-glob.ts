/** Alternatives that the braces of one glob can make, at most. */
export const MAX_GLOB_ALTERNATIVES = 256;

/**
 * Globs are matched against every changed path, so their cost is bounded: no
 * extglobs, few stars, and braces that stand for few alternatives. Four braces
 * with twelve commas make 4^4 of them at most; `{1..9}` could make any number.
 */
export function isBoundedGlob(glob: string): boolean {
  const count = (part: RegExp) => (glob.match(part) ?? []).length;
  return (
    !/[@!+*?]\(/.test(glob) &&
    count(/\*\*/g) <= 4 &&
    count(/\*/g) <= 12 &&
    count(/[{[]/g) <= 4 &&
    count(/,/g) <= 12 &&
    !(glob.includes('{') && glob.includes('..')) &&
    !glob.startsWith('/') &&
    !glob.split('/').includes('..') &&
    !/[\\\x00-\x1f\x7f]/.test(glob)
  );
}
