import { createHash } from 'node:crypto';
import { isStatePath } from './state-tree.ts';

/** Largest single file on the state branch that is written or read. */
export const MAX_FILE_BYTES = 16 * 1024 * 1024;
const MAX_CHANGED_FILES = 1_000;

/** Path -> new text; null removes the file. */
export type StateChange = ReadonlyMap<string, string | null>;

/**
 * What of a change makes a difference to the files that are there. Throws a
 * TypeError for a change that no caller may ask for: that is a bug of ours.
 */
export function planStateChange(
  files: ReadonlyMap<string, string>,
  change: StateChange,
): StateChange {
  if (change.size > MAX_CHANGED_FILES) {
    throw new TypeError(`${change.size} files in one commit are too many`);
  }
  const needed = new Map<string, string | null>();
  const paths = new Set(files.keys());
  for (const [path, text] of change) {
    checkFile(path, text);
    const id = text === null ? undefined : blobId(text);
    if (files.get(path) !== id) needed.set(path, text);
    if (text === null) paths.delete(path);
    else paths.add(path);
  }
  checkFolders(paths, change);
  return needed;
}

function checkFile(path: string, text: string | null): void {
  if (!isStatePath(path)) {
    throw new TypeError(`${JSON.stringify(path)} is not a state path`);
  }
  if (text === null) return;
  if (Buffer.byteLength(text) > MAX_FILE_BYTES || /\p{Surrogate}/u.test(text)) {
    throw new TypeError(`${path}: the text is too large or not Unicode`);
  }
}

/** git would silently drop a file that becomes a folder, and the other way. */
function checkFolders(paths: ReadonlySet<string>, change: StateChange): void {
  const written = [...change].filter(([, text]) => text !== null);
  const folders = new Set([...paths].flatMap(foldersOf));
  for (const [path] of written) {
    if (folders.has(path) || foldersOf(path).some((each) => paths.has(each))) {
      throw new TypeError(`${path} is a file and a folder at once`);
    }
  }
}

function foldersOf(path: string): string[] {
  const names = path.split('/').slice(0, -1);
  return names.map((_, index) => names.slice(0, index + 1).join('/'));
}

/** The id git gives to a file with this content. */
export function blobId(text: string): string {
  const bytes = Buffer.from(text, 'utf8');
  return createHash('sha1')
    .update(`blob ${bytes.length}\0`)
    .update(bytes)
    .digest('hex');
}
