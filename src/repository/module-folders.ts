import { isModuleId } from '../model/identifiers.ts';
import { SUBMODULE_MODE, SYMLINK_MODE, type TreeEntry } from './tree.ts';

export const MANIFEST_NAME = 'module.yaml';

/** A folder (or what stands in its place) directly under the modules folder. */
export interface ModuleFolder {
  readonly name: string;
  readonly manifest?: TreeEntry;
  /** Why it can be no module at all. */
  readonly problem?: string;
}

/** Path of the manifest of a module. */
export function manifestPath(modulesDir: string, id: string): string {
  return `${modulesDir}/${id}/${MANIFEST_NAME}`;
}

/** The name of the folder under the modules folder that a path lies in. */
export function folderOf(modulesDir: string, path: string): string | undefined {
  if (!path.startsWith(`${modulesDir}/`)) return undefined;
  const end = path.indexOf('/', modulesDir.length + 1);
  return end < 0 ? undefined : path.slice(modulesDir.length + 1, end);
}

/**
 * Finds the module folders of a tree. A file directly under the modules folder
 * is none; a symlink or a submodule there is one that cannot be used, since
 * its content is somewhere else.
 */
export function findModuleFolders(
  entries: readonly TreeEntry[],
  modulesDir: string,
): Map<string, ModuleFolder> {
  const folders = new Map<string, ModuleFolder>();
  for (const entry of entries) {
    const name = folderOf(modulesDir, entry.path);
    if (name === undefined) {
      const stand = standIn(entry, modulesDir);
      if (stand) folders.set(stand.name, stand);
    } else if (entry.path === manifestPath(modulesDir, name)) {
      folders.set(name, describeModule(name, entry));
    } else if (!folders.has(name)) {
      folders.set(name, describeFolder(name));
    }
  }
  return folders;
}

function describeModule(name: string, manifest: TreeEntry): ModuleFolder {
  return manifest.mode === SUBMODULE_MODE
    ? { name, problem: `its ${MANIFEST_NAME} is a submodule` }
    : { ...describeFolder(name), manifest };
}

function describeFolder(name: string): ModuleFolder {
  if (isModuleId(name)) return { name };
  return {
    name,
    problem: 'the folder name must match ^[a-z0-9][a-z0-9-]{0,62}$ (ASCII)',
  };
}

function standIn(entry: TreeEntry, modulesDir: string) {
  if (!entry.path.startsWith(`${modulesDir}/`)) return undefined;
  const name = entry.path.slice(modulesDir.length + 1);
  if (entry.mode === SYMLINK_MODE) {
    return { name, problem: 'the module folder is a symlink' };
  }
  if (entry.mode === SUBMODULE_MODE) {
    return { name, problem: 'the module folder is a submodule' };
  }
  return undefined;
}
