import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A private folder that holds exactly what is uploaded. */
export interface StagingFolder {
  readonly path: string;
  /** Absolute paths of the files. */
  readonly files: readonly string[];
  remove(): void;
}

/** Writes texts by their paths into a new folder, for its owner only. */
export function stageFiles(
  parent: string,
  texts: Iterable<readonly [path: string, text: string]>,
): StagingFolder {
  const path = mkdtempSync(join(parent, 'artifact-'));
  const remove = () => rmSync(path, { recursive: true, force: true });
  try {
    const files = [...texts].map(([name, text]) => {
      const file = join(path, name);
      mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
      writeFileSync(file, text, { flag: 'wx', mode: 0o600 });
      return file;
    });
    return { path, files, remove };
  } catch (error) {
    remove();
    throw error;
  }
}
