import type { GitRepository } from '../adapters/git.ts';
import type { DocumentResult } from '../model/document-problem.ts';
import type { Manifest } from '../model/manifest.ts';
import type { Policy } from '../model/policy.ts';
import { readBlobs } from './blobs.ts';
import {
  findModuleFolders,
  type ModuleFolder,
  manifestPath,
} from './module-folders.ts';
import { listTree, SYMLINK_MODE } from './tree.ts';

export type ManifestResult = DocumentResult<Manifest>;

/** More ids than this are found faster by listing the whole folder. */
const MAX_LISTED_IDS = 200;

/**
 * Reads the manifests of a commit: of the ids asked for, or of every folder
 * under the modules folder. An id without a folder is not in the result.
 */
export async function readManifests(
  repository: GitRepository,
  sha: string,
  policy: Policy,
  ids?: readonly string[],
): Promise<Map<string, ManifestResult>> {
  const wanted = ids && new Set(ids);
  const paths =
    ids && ids.length <= MAX_LISTED_IDS
      ? ids.map((id) => `${policy.modules_dir}/${id}`)
      : [policy.modules_dir];
  if (paths.length === 0) return new Map();
  const entries = await listTree(repository, sha, paths);
  const folders = [
    ...findModuleFolders(entries, policy.modules_dir).values(),
  ].filter((folder) => wanted?.has(folder.name) ?? true);
  const readable = folders.flatMap((folder) =>
    folder.manifest && !complaint(folder)
      ? [{ name: folder.name, oid: folder.manifest.oid }]
      : [],
  );
  const [{ parseManifest }, contents] = await Promise.all([
    import('../model/manifest.ts'),
    readBlobs(
      repository,
      readable.map(({ oid }) => ({ oid })),
    ),
  ]);
  const parsed = new Map(
    readable.map(({ name }, index) => {
      const text = contents[index]?.toString('utf8') ?? '';
      const file = manifestPath(policy.modules_dir, name);
      return [name, parseManifest(file, text, name)];
    }),
  );
  return new Map(
    folders.map((folder) => [
      folder.name,
      parsed.get(folder.name) ?? refused(policy.modules_dir, folder),
    ]),
  );
}

/** Why a folder has no manifest that could be read. */
function complaint(folder: ModuleFolder): string | undefined {
  if (folder.problem) return folder.problem;
  if (!folder.manifest) return 'there is no module.yaml in the folder';
  return folder.manifest.mode === SYMLINK_MODE ? 'is a symlink' : undefined;
}

function refused(modulesDir: string, folder: ModuleFolder): ManifestResult {
  return {
    ok: false,
    problems: [
      {
        file: manifestPath(modulesDir, folder.name),
        line: 1,
        key: '',
        message: complaint(folder) ?? 'cannot be read',
      },
    ],
  };
}

/**
 * Reads manifests of several commits in one go, in the order asked for:
 * undefined where a commit has no such module.
 */
export async function readManifestsAt(
  repository: GitRepository,
  modulesDir: string,
  places: readonly { readonly commit: string; readonly id: string }[],
): Promise<(ManifestResult | undefined)[]> {
  const files = places.map(({ id }) => manifestPath(modulesDir, id));
  const [{ parseManifest }, contents] = await Promise.all([
    import('../model/manifest.ts'),
    readBlobs(
      repository,
      places.map(({ commit }, index) => ({ commit, path: files[index] ?? '' })),
    ),
  ]);
  const parsed = new Map<string, ManifestResult>();
  return places.map(({ id }, index) => {
    const text = contents[index]?.toString('utf8');
    if (text === undefined) return undefined;
    const key = `${id}\n${text}`;
    const result =
      parsed.get(key) ?? parseManifest(files[index] ?? '', text, id);
    parsed.set(key, result);
    return result;
  });
}
