import { formatProblem } from '../../model/document-problem.ts';
import { ActionError } from '../../model/errors.ts';
import { isModuleId } from '../../model/identifiers.ts';
import { type Manifest, parseManifest } from '../../model/manifest.ts';
import { printable } from '../../model/printable.ts';
import { folderOf, manifestPath } from '../../repository/module-folders.ts';
import { readPlainFile } from './plain-file.ts';

/** Modules that are there already, and the compose files they are made of. */
export interface PresentModules {
  readonly manifests: ReadonlyMap<string, Manifest>;
  readonly files: ReadonlySet<string>;
}

/** Reads the manifests that are there; one that cannot be read is refused. */
export function readPresentModules(
  root: string,
  modulesDir: string,
  paths: readonly string[],
): PresentModules {
  const manifests = new Map<string, Manifest>();
  const folders = new Set(
    paths.flatMap((path) => folderOf(modulesDir, path) ?? []),
  );
  for (const id of folders) {
    if (!isModuleId(id)) continue;
    const file = manifestPath(modulesDir, id);
    const content = readPlainFile(root, file);
    if (content === undefined) continue;
    const parsed = parseManifest(file, content.toString('utf8'), id);
    if (parsed.ok) manifests.set(id, parsed.value);
    else {
      const problems = parsed.problems.map(formatProblem).join('; ');
      throw new ActionError('scope/invalid-manifest', problems);
    }
  }
  const files = new Set(
    [...manifests].flatMap(([id, manifest]) =>
      manifest.driver === 'compose'
        ? filesOf(`${modulesDir}/${id}`, manifest)
        : [],
    ),
  );
  return { manifests, files };
}

function filesOf(folder: string, { compose }: Manifest): string[] {
  const names = [compose?.file ?? 'compose.yaml', ...(compose?.files ?? [])];
  return names.map((name) =>
    name.startsWith('/') ? name.slice(1) : `${folder}/${name}`,
  );
}

/** Every folder among the modules must be one, or the policy is of no use. */
export function requireModuleFolders(
  modulesDir: string,
  paths: readonly string[],
  modules: ReadonlySet<string>,
): void {
  const wrong = new Set(
    paths
      .flatMap((path) => folderOf(modulesDir, path) ?? [])
      .filter((name) => !modules.has(name)),
  );
  const [first] = wrong;
  if (first === undefined) return;
  const named = [...wrong]
    .slice(0, 5)
    .map((name) => JSON.stringify(`${modulesDir}/${name}`))
    .join(', ');
  const more = wrong.size > 5 ? ` and ${wrong.size - 5} more` : '';
  throw new ActionError(
    'init/not-a-module',
    printable(
      `${named}${more}: a module is a folder called ^[a-z0-9][a-z0-9-]{0,62}$ with a compose file or a module.yaml`,
    ),
  );
}
