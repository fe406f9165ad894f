import type { Manifest } from '../model/manifest.ts';
import type { Policy } from '../model/policy.ts';
import { indexGlobs } from './globs.ts';
import { folderOf } from './module-folders.ts';
import type { TreeEntry } from './tree.ts';

/** The part of a manifest that claims paths beyond the module's folder. */
export type Claims = Pick<Manifest, 'paths' | 'compose'>;

/** Tells which modules a path belongs to, and which share it. */
export interface Ownership {
  /** Ids that own the path: folder, compose files, `paths:`. */
  owners(path: string): Set<string>;
  /** Ids that share the path by `shared:` of the policy; `*` for all. */
  sharers(path: string): Set<string>;
}

/**
 * Indexes who owns what. A folder owns what lies in it even where its manifest
 * is missing or broken; compose files and `paths:` need the manifest. Several
 * manifests of one id (head and base) may be given: all of them count.
 */
export async function openOwnership(
  policy: Policy,
  manifests: Iterable<readonly [id: string, manifest: Claims]>,
): Promise<Ownership> {
  const files = new Map<string, Set<string>>();
  const globs: [string, string][] = [];
  for (const [id, manifest] of manifests) {
    for (const file of rootedComposeFiles(manifest)) {
      const ids = files.get(file) ?? new Set();
      files.set(file, ids.add(id));
    }
    for (const glob of manifest.paths) globs.push([glob, id]);
  }
  const byGlob = await indexGlobs(globs);
  const shared = await indexGlobs(
    Object.entries(policy.shared).flatMap(([glob, ids]) =>
      ids.map((id) => [glob, id] as const),
    ),
  );
  return {
    owners(path) {
      const ids = new Set([...(files.get(path) ?? []), ...byGlob.find(path)]);
      const folder = folderOf(policy.modules_dir, path);
      return folder === undefined ? ids : ids.add(folder);
    },
    sharers: (path) => new Set(shared.find(path)),
  };
}

/** Compose files that are named from the root of the repository. */
function rootedComposeFiles(manifest: Claims): string[] {
  if (!manifest.compose) return [];
  return [manifest.compose.file, ...manifest.compose.files]
    .filter((file) => file.startsWith('/'))
    .map((file) => file.slice(1));
}

/** Where a module lives, as a person would look for it. */
export function placesOf(
  policy: Policy,
  id: string,
  manifest: Claims | undefined,
): readonly string[] {
  const folder = `${policy.modules_dir}/${id}/`;
  if (!manifest) return [folder];
  return [folder, ...rootedComposeFiles(manifest), ...manifest.paths];
}

/**
 * The entries of a commit that make up modules: those they own and those they
 * share, in the order of the tree. One pass over the tree for all ids.
 */
export async function ownedPaths(
  entries: readonly TreeEntry[],
  policy: Policy,
  manifests: ReadonlyMap<string, Claims>,
): Promise<Map<string, TreeEntry[]>> {
  const ownership = await openOwnership(policy, manifests);
  const owned = new Map<string, TreeEntry[]>(
    [...manifests.keys()].map((id) => [id, []]),
  );
  for (const entry of entries) {
    const ids = ownership.owners(entry.path);
    const sharers = ownership.sharers(entry.path);
    if (sharers.has('*')) {
      for (const list of owned.values()) list.push(entry);
      continue;
    }
    for (const id of sharers) ids.add(id);
    for (const id of ids) owned.get(id)?.push(entry);
  }
  return owned;
}
