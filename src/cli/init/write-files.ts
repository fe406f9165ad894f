import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { ActionError } from '../../model/errors.ts';
import { readPlainFile } from './plain-file.ts';

/** Beside what is written, so that a rename is enough. */
export const STAGING_PREFIX = '.apply-gates-init-';

/** One file as it is, and as it will be; undefined is none. */
export interface FileChange {
  readonly path: string;
  readonly before: Buffer | undefined;
  readonly after: Buffer | undefined;
  readonly isExecutable?: boolean;
}

/**
 * Writes all files or none: everything is on disk before the first rename, and
 * what was renamed is put back where a later one fails. Nothing else runs in
 * between; a killed process leaves a folder with what was there before.
 */
export function writeFiles(root: string, changes: readonly FileChange[]): void {
  const undo: (() => void)[] = [];
  let staging: string | undefined;
  try {
    staging = mkdtempSync(join(root, STAGING_PREFIX));
    const staged = changes.map((change, index) =>
      stage(root, change, join(staging ?? '', String(index))),
    );
    for (const each of staged) put(root, each, undo);
  } catch (cause) {
    for (const step of undo.reverse()) step();
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new ActionError('draft/write-failed', message, { cause });
  } finally {
    if (staging) rmSync(staging, { recursive: true, force: true });
  }
}

interface Staged {
  readonly change: FileChange;
  readonly next: string;
  readonly last: string;
}

function stage(root: string, change: FileChange, place: string): Staged {
  const { after, before, isExecutable, path } = change;
  const now = readPlainFile(root, path);
  const isSame = before ? now?.equals(before) : now === undefined;
  if (isSame !== true) {
    throw new Error(`${path} was changed since it was looked at`);
  }
  const staged = { change, next: `${place}.next`, last: `${place}.last` };
  if (before) copyFileSync(join(root, path), staged.last);
  if (after) {
    writeFileSync(staged.next, after);
    if (before) chmodSync(staged.next, statSync(staged.last).mode);
    if (isExecutable) chmodSync(staged.next, 0o755);
  }
  return staged;
}

function put(root: string, staged: Staged, undo: (() => void)[]): void {
  const { after, before, path } = staged.change;
  const target = join(root, path);
  makeFolders(root, dirname(path), undo);
  if (after) renameSync(staged.next, target);
  else unlinkSync(target);
  undo.push(() =>
    before ? renameSync(staged.last, target) : unlinkSync(target),
  );
}

function makeFolders(root: string, folder: string, undo: (() => void)[]): void {
  if (existsSync(join(root, folder))) return;
  makeFolders(root, dirname(folder), undo);
  mkdirSync(join(root, folder));
  undo.push(() => rmdirSync(join(root, folder)));
}
