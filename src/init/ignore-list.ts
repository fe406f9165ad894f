import { globOfFolder, globOfPath } from './path-glob.ts';

/** As many as the policy may have. */
const MAX_GLOBS = 1000;

interface Folder {
  readonly folders: Map<string, Folder>;
  readonly files: string[];
  /** True where something below belongs to a module or is a control path. */
  hasOthers: boolean;
}

/**
 * The shortest list of plain paths and whole folders that covers what belongs
 * to no module. A folder is taken as a whole only where nothing in it is
 * anything else; where that makes too many, from a certain depth on.
 */
export function makeIgnoreList(
  paths: readonly string[],
  isUnclassified: (path: string) => boolean,
): readonly string[] {
  const root = makeFolder();
  for (const path of paths) addPath(root, path, isUnclassified(path));
  for (let depth = 64; ; depth = Math.min(8, depth - 1)) {
    const globs = [...new Set(listGlobs(root, '', depth))].sort();
    if (globs.length <= MAX_GLOBS || depth === 0) return globs;
  }
}

function makeFolder(): Folder {
  return { folders: new Map(), files: [], hasOthers: false };
}

function addPath(root: Folder, path: string, counts: boolean): void {
  const segments = path.split('/');
  const name = segments.pop() ?? '';
  let at = root;
  if (!counts) at.hasOthers = true;
  for (const segment of segments) {
    const next = at.folders.get(segment) ?? makeFolder();
    at.folders.set(segment, next);
    at = next;
    if (!counts) at.hasOthers = true;
  }
  if (counts) at.files.push(name);
}

function listGlobs(folder: Folder, prefix: string, depth: number): string[] {
  const files = folder.files.map((name) => globOfPath(`${prefix}${name}`));
  const below = [...folder.folders].flatMap(([name, each]) => {
    const path = `${prefix}${name}`;
    if (!hasFiles(each)) return [];
    return each.hasOthers && depth > 0
      ? listGlobs(each, `${path}/`, depth - 1)
      : [globOfFolder(path)];
  });
  return [...files, ...below].filter((glob) => glob !== undefined);
}

function hasFiles({ files, folders }: Folder): boolean {
  return files.length > 0 || [...folders.values()].some(hasFiles);
}
