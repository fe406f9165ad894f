import {
  chmodSync,
  closeSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import type { Exec } from '../adapters/exec.ts';
import { openRepository } from '../adapters/git.ts';
import { ActionError } from '../model/errors.ts';
import type { ReasonCode } from '../model/reason-codes.ts';
import type { Terminal } from './terminal.ts';

/** A file that a command would put into the working tree. */
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

/** What a draft would do to the working tree. */
export interface Draft {
  readonly root: string;
  readonly changes: readonly DraftChange[];
}

export interface DraftChange {
  readonly file: DraftFile;
  readonly kind: 'create' | 'replace' | 'same';
  /** What is there now. */
  readonly before: DraftFile | undefined;
}

/** Compares files with what the working tree has; reads, and writes nothing. */
export function openDraft(root: string, files: readonly DraftFile[]): Draft {
  return { root, changes: files.map((file) => compare(root, file)) };
}

function compare(root: string, file: DraftFile): DraftChange {
  const place = join(root, file.path);
  const found = lstatSync(place, { throwIfNoEntry: false });
  if (!found) return { file, kind: 'create', before: undefined };
  if (!found.isFile()) {
    throw new ActionError('draft/exists', `${file.path} is no plain file`, {
      remedy: 'Move it away, then run it again.',
    });
  }
  const content = readFileSync(place);
  const executable = (found.mode & 0o100) !== 0;
  const same =
    content.equals(Buffer.from(file.content)) &&
    executable === (file.executable === true);
  const before = { path: file.path, content, executable };
  return { file, kind: same ? 'same' : 'replace', before };
}

/** The difference, as git shows it: `before/…` is there, `after/…` would be. */
export async function renderDraft(
  draft: Draft,
  exec: Exec,
): Promise<readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'apply-gates-draft-'));
  try {
    for (const side of ['before', 'after']) mkdirSync(join(folder, side));
    for (const { before, file, kind } of draft.changes) {
      if (kind === 'same') continue;
      put(join(folder, 'after'), file);
      if (before) put(join(folder, 'before'), before);
    }
    const { stdout } = await openRepository(exec, folder).run([
      ...['diff', '--no-index', '--no-color', '--no-ext-diff', '--no-prefix'],
      ...['--no-renames', '--no-textconv'],
      ...['--', 'before', 'after'],
    ]);
    return stdout.toString('utf8').split('\n').slice(0, -1);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Asks, and writes all of a draft or nothing. The answer is the code of what
 * happened; whatever keeps it from happening is thrown.
 */
export async function writeDraft(
  draft: Draft,
  options: DraftOptions,
  terminal: Pick<Terminal, 'line'>,
): Promise<ReasonCode> {
  const changes = draft.changes.filter(({ kind }) => kind !== 'same');
  if (changes.length === 0) return 'draft/unchanged';
  if (options.dryRun) return 'draft/dry-run';
  const taken = changes.filter(({ kind }) => kind === 'replace');
  if (taken.length > 0 && !options.overwrite) {
    const names = taken.map(({ file }) => file.path).join(', ');
    throw new ActionError('draft/exists', `${names}: there already, and other`);
  }
  if (!options.yes) await confirm(changes.length, options, terminal);
  writeAll(draft.root, changes);
  return 'draft/written';
}

/** Only a person at a terminal can be asked. */
async function confirm(
  count: number,
  { json }: DraftOptions,
  terminal: Pick<Terminal, 'line'>,
): Promise<void> {
  if (json || !process.stdin.isTTY || !process.stdout.isTTY) {
    throw new ActionError(
      'draft/unconfirmed',
      'There is no terminal to ask at, and no --yes',
    );
  }
  const asked = createInterface({
    input: process.stdin,
    output: process.stdout,
  });
  try {
    const answer = await asked.question(`Write ${count} files? [y/N] `);
    if (/^y(?:es)?$/i.test(answer.trim())) return;
  } finally {
    asked.close();
  }
  terminal.line('Nothing was written.');
  throw new ActionError('draft/unconfirmed', 'The answer was not yes');
}

function writeAll(root: string, changes: readonly DraftChange[]): void {
  const undo: (() => void)[] = [];
  try {
    for (const { before, file } of changes) {
      const place = join(root, file.path);
      const made = mkdirSync(dirname(place), { recursive: true });
      if (made) undo.push(() => rmSync(made, { recursive: true, force: true }));
      // What came in between is not overwritten either.
      if (!before) closeSync(openSync(place, 'wx'));
      undo.push(() => (before ? put(root, before) : rmSync(place)));
      put(root, file);
    }
  } catch (cause) {
    for (const step of undo.reverse()) attempt(step);
    throw new ActionError(
      'draft/unwritable',
      `Nothing was written: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause },
    );
  }
}

function attempt(step: () => void): void {
  try {
    step();
  } catch {
    // What cannot be taken back was not written.
  }
}

function put(root: string, { content, executable, path }: DraftFile): void {
  const place = join(root, path);
  mkdirSync(dirname(place), { recursive: true });
  writeFileSync(place, content);
  chmodSync(place, executable ? 0o755 : 0o644);
}
