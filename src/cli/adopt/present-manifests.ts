import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Manifest, parseManifest } from '../../model/manifest.ts';
import { manifestPath } from '../../repository/module-folders.ts';

/** The manifests of the work tree that can be read, committed or not. */
export function readPresentManifests(
  root: string,
  modulesDir: string,
): readonly Manifest[] {
  return foldersOf(join(root, modulesDir)).flatMap((id) => {
    const file = manifestPath(modulesDir, id);
    const text = readIfThere(join(root, file));
    const parsed =
      text === undefined ? undefined : parseManifest(file, text, id);
    return parsed?.ok ? [parsed.value] : [];
  });
}

function foldersOf(path: string): readonly string[] {
  try {
    return readdirSync(path).sort();
  } catch {
    return [];
  }
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
