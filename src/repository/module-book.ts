import type { GitRepository } from '../adapters/git.ts';
import type { Manifest } from '../model/manifest.ts';
import { readBlobs } from './blobs.ts';
import type { ManifestResult } from './manifests.ts';
import {
  findModuleFolders,
  type ModuleFolder,
  manifestPath,
} from './module-folders.ts';
import { SYMLINK_MODE, type TreeEntry } from './tree.ts';

/** The modules of one commit. Manifests are parsed when they are asked for. */
export interface ModuleBook {
  readonly entries: readonly TreeEntry[];
  readonly folders: ReadonlyMap<string, ModuleFolder>;
  /** True for a folder with an id as its name and a manifest in it. */
  has(id: string): boolean;
  ids(): string[];
  /** Undefined where there is no such module. */
  manifest(id: string): ManifestResult | undefined;
  /** Reads the manifest an id had elsewhere; the same text is parsed once. */
  parse(id: string, text: string): ManifestResult;
  /** Ids whose manifest may name paths outside of the module's folder. */
  claimants(): string[];
  /** Ids whose manifest may have a key. */
  mentioning(key: string): string[];
  /** Ids whose manifest may have a name, of `[a-z0-9_-]`, as a value. */
  naming(name: string): string[];
}

/**
 * Reads every manifest of a commit in one go, and parses few: parsing costs
 * a hundred times what looking at the text does, and most manifests matter to
 * no path of a push.
 */
export async function openModuleBook(
  repository: GitRepository,
  modulesDir: string,
  entries: readonly TreeEntry[],
): Promise<ModuleBook> {
  const folders = findModuleFolders(entries, modulesDir);
  // A folder that cannot be a module is none, whatever it holds.
  const withManifest = [...folders.values()].flatMap(
    ({ name, manifest, problem }) =>
      manifest && problem === undefined ? [{ name, manifest }] : [],
  );
  const [{ parseManifest }, contents] = await Promise.all([
    import('../model/manifest.ts'),
    readBlobs(
      repository,
      withManifest.map(({ manifest }) => ({ oid: manifest.oid })),
    ),
  ]);
  const texts = new Map(
    withManifest.map(({ name }, index) => [
      name,
      contents[index]?.toString('utf8') ?? '',
    ]),
  );
  const parsed = new Map<string, ManifestResult>();
  const parse = (id: string, text: string): ManifestResult => {
    const key = `${id}\n${text}`;
    const result =
      parsed.get(key) ?? parseManifest(manifestPath(modulesDir, id), text, id);
    parsed.set(key, result);
    return result;
  };
  return {
    entries,
    folders,
    has: (id) => texts.has(id),
    ids: () => [...texts.keys()],
    parse,
    manifest(id) {
      const text = texts.get(id);
      if (text === undefined) return undefined;
      const file = manifestPath(modulesDir, id);
      return complain(file, folders.get(id)) ?? parse(id, text);
    },
    claimants: () =>
      [...texts].flatMap(([id, text]) => (mayClaimOutside(text) ? [id] : [])),
    mentioning: (key) =>
      [...texts].flatMap(([id, text]) => (mayHaveKey(text, key) ? [id] : [])),
    naming(name) {
      // No letter of a name stands beside it, whatever quotes or indents it.
      const word = new RegExp(`(?<![a-z0-9_-])${name}(?![a-z0-9_-])|\\\\`);
      return [...texts].flatMap(([id, text]) => (word.test(text) ? [id] : []));
    },
  };
}

function complain(
  file: string,
  folder: ModuleFolder | undefined,
): ManifestResult | undefined {
  if (folder?.manifest?.mode !== SYMLINK_MODE) return undefined;
  return {
    ok: false,
    problems: [{ file, line: 1, key: '', message: 'is a symlink' }],
  };
}

/**
 * False only where no valid reading of the text has `paths:` or a compose file
 * that begins with `/`: neither the word nor such a beginning is there, and
 * nothing is escaped. A property test holds it to the parser.
 */
export function mayClaimOutside(text: string): boolean {
  return mayHaveKey(text, 'paths') || /(?:^|[\s'"[,{])\/|['"]\s*:\//.test(text);
}

/** A key is written out, unless the text escapes something. */
function mayHaveKey(text: string, key: string): boolean {
  return text.includes(key) || text.includes('\\');
}

/** Those of the ids whose manifest can be read. */
export function readableManifests(
  book: ModuleBook,
  ids: Iterable<string>,
): Map<string, Manifest> {
  const manifests = new Map<string, Manifest>();
  for (const id of ids) {
    const result = book.manifest(id);
    if (result?.ok) manifests.set(id, result.value);
  }
  return manifests;
}
