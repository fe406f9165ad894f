import { ActionError } from '../model/errors.ts';
import { printable } from '../model/printable.ts';

const MAX_PATH_CHARACTERS = 255;
const MAX_FILES = 100_000;

/**
 * The two folders that apply-gates keeps on the state branch, and one of other
 * tools, whose logs stay where they are.
 */
const ROOTS = ['.platform/state/', 'state/', '.audit/'];

/**
 * A path that may exist on the state branch: below one of our folders, of
 * plain ASCII names that no file system or program reads as anything else.
 */
export function isStatePath(path: string): boolean {
  return (
    path.length <= MAX_PATH_CHARACTERS &&
    ROOTS.some((root) => path.startsWith(root)) &&
    path.split('/').every(isPlainName)
  );
}

function isPlainName(name: string): boolean {
  return (
    /^\.?[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name) &&
    !name.toLowerCase().startsWith('.git')
  );
}

/**
 * Reads `ls-tree -r -z` of the state branch: path -> blob id. Anything but
 * plain files below our folders means that this branch is somebody else's, or
 * was changed by hand in a way that nobody should build on.
 */
export function parseStateTree(
  listing: Buffer,
  branch: string,
): Map<string, string> {
  const files = new Map<string, string>();
  for (const line of listing.toString('utf8').split('\0')) {
    if (line === '') continue;
    const entry = /^(\d{6}) (\w+) ([0-9a-f]{40})\t(.+)$/s.exec(line);
    const [, mode, , id, path] = entry ?? [];
    if (id === undefined || path === undefined) {
      throw foreign(branch, 'git lists an entry that cannot be read');
    }
    if (!isStatePath(path)) {
      throw foreign(branch, `${quoted(path)} is no path of apply-gates`);
    }
    if (mode !== '100644' && mode !== '100755') {
      throw foreign(branch, `${quoted(path)} is no plain file (mode ${mode})`);
    }
    files.set(path, id);
  }
  if (files.size > MAX_FILES) {
    throw foreign(branch, `${files.size} files are more than ${MAX_FILES}`);
  }
  return files;
}

/** Why a branch is not accepted as the state branch. */
export function foreign(branch: string, why: string): ActionError {
  return new ActionError(
    'state/malformed',
    `The branch ${quoted(branch)} is not a state branch that apply-gates can use: ${why}`,
    {
      remedy: `Look at the branch (git ls-tree -r origin/${branch}). Remove what is not ours in a commit of its own, or name another branch as state.branch in the policy.`,
      evidence: { branch },
    },
  );
}

function quoted(text: string): string {
  return printable(JSON.stringify(text.slice(0, 300)));
}
