import { createHash } from 'node:crypto';

/**
 * What `sha256sum -c` reads. It is a bundle like the others, so that whoever
 * holds dist/ to its sources holds the sums to them as well.
 */
export function renderChecksums(
  bundles: Iterable<readonly [string, Uint8Array]>,
): string {
  return [...bundles]
    .map(([path, contents]) => {
      const sum = createHash('sha256').update(contents).digest('hex');
      return `${sum}  ${path}\n`;
    })
    .join('');
}
