/** A glob ready to be asked about many paths. */
export interface CompiledGlob {
  readonly glob: string;
  /** Folder that everything it can match lies in; empty for the root. */
  readonly folder: string;
  readonly matches: (path: string) => boolean;
}

/** Longer paths cannot be put on a host; they match nothing (and cost nothing). */
export const MAX_PATH_CHARACTERS = 1024;

/**
 * Compiles globs, each distinct one once. Plain paths and `folder/**` need no
 * matcher; it is loaded only where a glob asks for more.
 */
export async function compileGlobs(
  globs: Iterable<string>,
): Promise<Map<string, CompiledGlob>> {
  const distinct = new Set(globs);
  const compiled = new Map<string, CompiledGlob>();
  for (const glob of distinct) {
    compiled.set(glob, compilePlain(glob) ?? (await compileMagic(glob)));
  }
  return compiled;
}

function compilePlain(glob: string): CompiledGlob | undefined {
  const subtree = glob.endsWith('/**') ? glob.slice(0, -3) : undefined;
  const literal = subtree ?? glob;
  if (/[*?[\]{}!()\\#]/.test(literal) || !isNormal(literal)) return undefined;
  return subtree === undefined
    ? { glob, folder: parentOf(glob), matches: (path) => path === glob }
    : {
        glob,
        folder: subtree,
        matches: (path) => path.startsWith(`${subtree}/`),
      };
}

async function compileMagic(glob: string): Promise<CompiledGlob> {
  const { Minimatch } = await import('minimatch');
  const matcher = new Minimatch(glob, {
    dot: true,
    nocomment: true,
    noext: true,
    nonegate: true,
    platform: 'linux',
  });
  return {
    glob,
    folder: parentOf(literalStart(glob)),
    matches: (path) =>
      path.length <= MAX_PATH_CHARACTERS && matcher.match(path),
  };
}

/** The glob up to its first character that is not taken as written. */
function literalStart(glob: string): string {
  const magic = glob.search(/[*?[\]{}!()\\]/);
  const start = magic < 0 ? glob : glob.slice(0, magic);
  // `./` and `//` are normalised by the matcher, so nothing is literal there.
  return isNormal(start.replace(/\/$/, '')) ? start : '';
}

function isNormal(path: string): boolean {
  return path
    .split('/')
    .every((segment) => segment !== '' && segment !== '.' && segment !== '..');
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

/** Finds, for a path, the globs that match it, without asking all of them. */
export interface GlobIndex<Value> {
  find(path: string): Value[];
}

/**
 * Files globs under the folder they can match in, so that a path is compared
 * only with those of the folders above it.
 */
export async function indexGlobs<Value>(
  entries: readonly (readonly [glob: string, value: Value])[],
): Promise<GlobIndex<Value>> {
  const compiled = await compileGlobs(entries.map(([glob]) => glob));
  const byFolder = new Map<string, Map<CompiledGlob, Value[]>>();
  for (const [text, value] of entries) {
    const glob = compiled.get(text);
    if (!glob) continue;
    const globs = byFolder.get(glob.folder) ?? new Map<CompiledGlob, Value[]>();
    byFolder.set(glob.folder, globs);
    const values = globs.get(glob) ?? [];
    globs.set(glob, values);
    values.push(value);
  }
  return {
    find(path) {
      const found: Value[] = [];
      if (byFolder.size === 0) return found;
      for (const folder of foldersAbove(path)) {
        for (const [glob, values] of byFolder.get(folder) ?? []) {
          if (glob.matches(path)) found.push(...values);
        }
      }
      return found;
    },
  };
}

function* foldersAbove(path: string): Generator<string> {
  yield '';
  for (
    let end = path.indexOf('/');
    end >= 0;
    end = path.indexOf('/', end + 1)
  ) {
    yield path.slice(0, end);
  }
}
