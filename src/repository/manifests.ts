import type { GitRepository } from '../adapters/git.ts';
import { type Manifest, parseManifest } from '../model/manifest.ts';
import type { Policy } from '../model/policy.ts';
import type { DocumentResult } from '../model/yaml.ts';
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
  const folders = [...findModuleFolders(entries, policy.modules_dir).values()];
  return openManifestReader(repository, policy.modules_dir).read(
    folders.filter((folder) => wanted?.has(folder.name) ?? true),
  );
}

/** Reads manifests of one repository; the same content is parsed once. */
export interface ManifestReader {
  read(folders: readonly ModuleFolder[]): Promise<Map<string, ManifestResult>>;
}

export function openManifestReader(
  repository: GitRepository,
  modulesDir: string,
): ManifestReader {
  const parsed = new Map<string, ManifestResult>();
  const keyOf = (folder: ModuleFolder) =>
    `${folder.manifest?.oid} ${folder.name}`;
  return {
    async read(folders) {
      const missing = folders.filter(
        (folder) => !complaint(folder) && !parsed.has(keyOf(folder)),
      );
      const contents = await readBlobs(
        repository,
        missing.map((folder) => ({ oid: folder.manifest?.oid ?? '' })),
      );
      missing.forEach((folder, index) => {
        const text = contents[index]?.toString('utf8') ?? '';
        const file = manifestPath(modulesDir, folder.name);
        parsed.set(keyOf(folder), parseManifest(file, text, folder.name));
      });
      return new Map(
        folders.map((folder) => [
          folder.name,
          parsed.get(keyOf(folder)) ?? refused(modulesDir, folder),
        ]),
      );
    },
  };
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
