import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { ActionError } from '../model/errors.ts';
import type { ReasonCode } from '../model/reason-codes.ts';
import { readPlainFile } from './init/plain-file.ts';
import { openQuestions } from './init/questions.ts';
import { renderDiff } from './init/render-diff.ts';
import { type FileChange, writeFiles } from './init/write-files.ts';

/** A file that a command would put into the work tree. */
export interface DraftFile {
  /** Below the root of the repository. */
  readonly path: string;
  readonly content: string | Buffer;
  readonly executable?: boolean;
}

export interface DraftOptions {
  readonly yes?: boolean;
  readonly dryRun?: boolean;
  readonly overwrite?: boolean;
  readonly json?: boolean;
}

/** What a draft would do to the work tree. */
export interface Draft {
  readonly root: string;
  readonly changes: readonly DraftChange[];
}

export interface DraftChange extends FileChange {
  readonly kind: 'create' | 'replace' | 'same';
}

/** Compares files with what the work tree has; reads, and writes nothing. */
export function openDraft(root: string, files: readonly DraftFile[]): Draft {
  return { root, changes: files.map((file) => compare(root, file)) };
}

function compare(
  root: string,
  { content, executable = false, path }: DraftFile,
): DraftChange {
  const before = readPlainFile(root, path);
  const after = Buffer.from(content);
  const isSame =
    before?.equals(after) &&
    (!executable || (lstatSync(join(root, path)).mode & 0o100) > 0);
  const replaced = isSame ? 'same' : 'replace';
  return {
    ...{ path, before, after, isExecutable: executable },
    kind: before ? replaced : 'create',
  };
}

/** The difference, as git shows it. */
export async function renderDraft({ changes }: Draft): Promise<string[]> {
  const diff = await renderDiff(changes.filter(({ kind }) => kind !== 'same'));
  return diff.split('\n').slice(0, -1);
}

/**
 * Asks, and writes all of a draft or nothing. The answer is the code of what
 * happened; whatever keeps it from happening is thrown.
 */
export async function writeDraft(
  draft: Draft,
  options: DraftOptions,
): Promise<ReasonCode> {
  const changes = draft.changes.filter(({ kind }) => kind !== 'same');
  if (changes.length === 0) return 'draft/unchanged';
  if (options.dryRun) return 'draft/dry-run';
  const taken = changes.filter(({ kind }) => kind === 'replace');
  if (taken.length > 0 && !options.overwrite) {
    const names = taken.map(({ path }) => path).join(', ');
    throw new ActionError('draft/exists', `${names}: there already, and other`);
  }
  if (!options.yes) await confirm(changes.length, options.json);
  writeFiles(draft.root, changes);
  return 'draft/written';
}

async function confirm(count: number, json?: boolean): Promise<void> {
  const questions = openQuestions(json);
  if (!questions) {
    const reason = 'There is no terminal to ask at, and no --yes';
    throw new ActionError('draft/unconfirmed', reason);
  }
  if (await questions.confirm(`Write ${count} files?`)) return;
  throw new ActionError('draft/unconfirmed', 'The answer was not yes');
}
