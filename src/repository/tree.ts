import type { GitRepository } from '../adapters/git.ts';

/** One file of a commit, as git lists it. */
export interface TreeEntry {
  /** `100644`, `100755`, `120000` (symlink) or `160000` (submodule). */
  readonly mode: string;
  readonly oid: string;
  /** From the root of the repository. */
  readonly path: string;
}

export const SYMLINK_MODE = '120000';
export const SUBMODULE_MODE = '160000';

/**
 * Every file of a commit, or those under the given paths, in git's order (by
 * the bytes of the path).
 */
export async function listTree(
  repository: GitRepository,
  sha: string,
  paths: readonly string[] = [],
): Promise<TreeEntry[]> {
  const output = await repository.output([
    'ls-tree',
    '-r',
    '-z',
    '--full-tree',
    sha,
    '--',
    ...paths,
  ]);
  return parseTree(output.toString('utf8'));
}

/** Reads `mode SP type SP oid TAB path NUL` records. */
export function parseTree(text: string): TreeEntry[] {
  const entries: TreeEntry[] = [];
  let start = 0;
  while (start < text.length) {
    const end = text.indexOf('\0', start);
    const tab = text.indexOf('\t', start);
    entries.push({
      mode: text.slice(start, start + 6),
      oid: text.slice(tab - 40, tab),
      path: text.slice(tab + 1, end),
    });
    start = end + 1;
  }
  return entries;
}
