import { createHash } from 'node:crypto';
import type { TreeEntry } from './tree.ts';

/**
 * The identity of the content of a module: SHA-256 over
 * `mode SP oid TAB path NUL` of every path it owns or shares, sorted by the
 * bytes of the path (the order of `listTree`).
 */
export function moduleTree(entries: readonly TreeEntry[]): string {
  const records = entries.map(
    ({ mode, oid, path }) => `${mode} ${oid}\t${path}\0`,
  );
  return createHash('sha256').update(records.join('')).digest('hex');
}
