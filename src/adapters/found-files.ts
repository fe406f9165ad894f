import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readSync,
  realpathSync,
  statSync,
} from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { isBoundedGlob } from '../model/bounded-glob.ts';
import { InputError } from '../model/errors.ts';

const MAX_ENTRIES = 20_000;

/** A file somebody named, or why it was not read. */
export type FoundFile =
  | { readonly name: string; readonly content: Buffer }
  | { readonly name: string; readonly problem: string };

export interface FileSearch {
  /** Name of the input, for the error that a wrong one ends in. */
  readonly input: string;
  /** Folder that relative paths begin in. */
  readonly base: string;
  /** Absolute folders that files may lie in, links resolved. */
  readonly roots: readonly string[];
  /** True for a person at a terminal: the folders they name are roots too. */
  readonly anywhere: boolean;
  /** A link that stays inside is followed, unless links are refused. */
  readonly links?: 'refused';
  readonly maxFiles: number;
  readonly maxBytes: number;
  /** Of all files together; what comes after is told and not read. */
  readonly maxTotalBytes?: number;
}

/**
 * Reads the files that paths or globs name, sorted, each once. A path outside
 * the roots is the giver's mistake; a link that leads out of them is somebody
 * else's trick, told for the file and never followed.
 */
export async function readFoundFiles(
  patterns: readonly string[],
  search: FileSearch,
): Promise<readonly FoundFile[]> {
  const named = patterns.map((pattern) => splitPattern(pattern, search.base));
  const own = search.anywhere ? named.map(({ folder }) => folder) : [];
  const roots = [...search.roots, ...own].flatMap(withRealPath);
  const found = new Set<string>();
  for (const each of named) {
    for (const path of await findPaths(each, { ...search, roots })) {
      found.add(path);
    }
  }
  if (found.size > search.maxFiles) {
    throw new InputError(
      search.input,
      patterns.join(' '),
      `what names at most ${search.maxFiles} files, not ${found.size}`,
    );
  }
  let left = search.maxTotalBytes ?? Number.POSITIVE_INFINITY;
  return [...found].sort().map((path) => {
    const maxBytes = Math.min(search.maxBytes, left);
    const file = readFoundFile(path, { ...search, maxBytes }, roots);
    if ('content' in file) left -= file.content.length;
    return file;
  });
}

interface Pattern {
  readonly text: string;
  readonly path: string;
  /** The folder before the first character that only a glob has. */
  readonly folder: string;
  /** The rest; undefined for a plain path. */
  readonly glob: string | undefined;
}

function splitPattern(text: string, base: string): Pattern {
  const path = resolve(base, text);
  const segments = text.split('/');
  const first = segments.findIndex((segment) => /[*?[\]{}]/.test(segment));
  if (first < 0) return { text, path, folder: dirname(path), glob: undefined };
  const plain = segments.slice(0, first).join('/');
  const folder = plain === '' && first > 0 ? '/' : resolve(base, plain);
  return { text, path, folder, glob: segments.slice(first).join('/') };
}

async function findPaths(
  { text, path, folder, glob }: Pattern,
  search: FileSearch,
): Promise<readonly string[]> {
  const { input, roots } = search;
  if (!isInside(folder, roots)) throw new InputError(input, text, ALLOWED);
  // A name with brackets may be meant as it stands.
  if (exists(path)) return [path];
  if (glob === undefined) return [];
  if (!isBoundedGlob(glob)) throw new InputError(input, text, ALLOWED);
  const outside = withRealPath(folder).some((each) => !isInside(each, roots));
  if (outside) throw new InputError(input, text, ALLOWED);
  const { Minimatch } = await import('minimatch');
  // As it stands: a glob cannot turn itself round or into a comment.
  const matcher = new Minimatch(glob, {
    dot: true,
    nocomment: true,
    nonegate: true,
  });
  const depth = glob.includes('**')
    ? Number.POSITIVE_INFINITY
    : glob.split('/').length;
  return listFiles(folder, depth, search).filter((each) =>
    matcher.match(relative(folder, each)),
  );
}

const ALLOWED =
  'a path or a glob (at most 4 **, no extglob) inside the workspace or the folder of the job';

/** Files and links below a folder; links to folders are not walked into. */
function listFiles(
  folder: string,
  depth: number,
  search: FileSearch,
): readonly string[] {
  const files: string[] = [];
  const folders = [{ path: folder, left: depth }];
  let seen = 0;
  for (const { path, left } of folders) {
    if (left === 0 || !isFolder(path)) continue;
    const entries = attempt(() => readdirSync(path, { withFileTypes: true }));
    for (const entry of entries ?? []) {
      seen += 1;
      if (seen > MAX_ENTRIES) {
        throw new InputError(
          search.input,
          folder,
          `a folder with at most ${MAX_ENTRIES} entries`,
        );
      }
      const below = join(path, entry.name);
      if (entry.isDirectory()) folders.push({ path: below, left: left - 1 });
      else files.push(below);
    }
  }
  return files;
}

function isFolder(path: string): boolean {
  return attempt(() => statSync(path))?.isDirectory() ?? false;
}

function withRealPath(path: string): readonly string[] {
  return [path, attempt(() => realpathSync(path)) ?? path];
}

function exists(path: string): boolean {
  return attempt(() => lstatSync(path)) !== undefined;
}

/** What cannot be looked at is not there; its plan is then missing. */
function attempt<Value>(look: () => Value): Value | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}

function isInside(path: string, roots: readonly string[]): boolean {
  return roots.some(
    (root) =>
      path === root || path.startsWith(root.endsWith(sep) ? root : root + sep),
  );
}

function readFoundFile(
  path: string,
  search: FileSearch,
  roots: readonly string[],
): FoundFile {
  const inside = relative(search.base, path);
  const name = inside.startsWith('..') ? path : inside;
  try {
    const real = realpathSync(path);
    if (!isInside(real, roots)) {
      return { name, problem: 'is a link that leads out of the workspace' };
    }
    if (search.links === 'refused' && !isReachedPlainly(path, real, search)) {
      return { name, problem: 'is a link, or lies behind one' };
    }
    return { name, ...readBounded(real, search.maxBytes) };
  } catch (error) {
    return { name, problem: `cannot be read: ${String(error)}` };
  }
}

/** True where no link lies between a root and the path. */
function isReachedPlainly(
  path: string,
  real: string,
  { roots }: FileSearch,
): boolean {
  return roots.some(
    (root) =>
      isInside(path, [root]) &&
      real === join(realpathSync(root), relative(root, path)),
  );
}

/** Never waits for a pipe, and never reads more than it may. */
function readBounded(
  path: string,
  maxBytes: number,
): { readonly content: Buffer } | { readonly problem: string } {
  const flags =
    constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const file = openSync(path, flags);
  try {
    if (!fstatSync(file).isFile()) return { problem: 'is not a file' };
    const content = Buffer.alloc(Math.min(fstatSync(file).size, maxBytes) + 1);
    let length = 0;
    let read = -1;
    while (read !== 0 && length < content.length) {
      read = readSync(file, content, length, content.length - length, null);
      length += read;
    }
    return length === content.length
      ? { problem: `is larger than ${maxBytes} bytes, or grows` }
      : { content: content.subarray(0, length) };
  } finally {
    closeSync(file);
  }
}
