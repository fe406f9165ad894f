import { createReadStream, existsSync, readdirSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { OPEN_PATH } from '../audit/log-files.ts';
import type { LogFile } from '../audit/verify-log.ts';
import { InputError } from '../model/errors.ts';
import type { BranchFiles, LogPlace } from './log-place.ts';

const CHUNK_BYTES = 256 * 1024;

/** One file that holds a log, or a part of it, from its first line on. */
export function openFilePlace(path: string): LogPlace {
  return {
    name: path,
    async *files() {
      yield readFile(path, path);
    },
    close: () => {},
  };
}

/** A folder as `git worktree add` of the state branch makes it. */
export function openFolderBranch(folder: string): BranchFiles {
  const paths = ['state', '.audit'].flatMap((root) =>
    listFiles(join(folder, root)).map((path) => relative(folder, path)),
  );
  if (!existsSync(join(folder, 'state'))) {
    throw new InputError('place', folder, `a folder that holds ${OPEN_PATH}`);
  }
  return {
    name: folder,
    paths,
    async *readEach(wanted) {
      for (const path of wanted) yield readFile(join(folder, path), path);
    },
    close: () => {},
  };
}

function readFile(path: string, name: string): LogFile {
  return {
    name,
    chunks: createReadStream(path, { highWaterMark: CHUNK_BYTES }),
  };
}

/** Links are not followed: what they lead to is not in the branch. */
function listFiles(folder: string): string[] {
  if (!existsSync(folder) || !statSync(folder).isDirectory()) return [];
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
