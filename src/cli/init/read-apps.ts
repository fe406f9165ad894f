import { posix } from 'node:path';
import { parseSource } from '../../drivers/compose/source/parse-source.ts';
import {
  type ComposeFacts,
  needsVariables,
  readComposeFacts,
} from '../../init/compose-facts.ts';
import {
  type ComposeFiles,
  findComposeFiles,
} from '../../init/compose-files.ts';
import { ActionError, InputError } from '../../model/errors.ts';
import { isContainedPath } from '../../model/identifiers.ts';
import { printable } from '../../model/printable.ts';
import type { InitOptions } from './options.ts';
import { readPlainFile } from './plain-file.ts';

/** A compose app that no module has yet. */
export interface ReadApp {
  readonly app: ComposeFiles;
  readonly facts: ComposeFacts;
  readonly needsVariables: boolean;
}

export interface FoundApps {
  readonly apps: readonly ReadApp[];
  /** Folders with a compose file, whoever has it. */
  readonly folders: readonly string[];
  /** Compose files that are left to a person. */
  readonly others: readonly string[];
}

/** Finds and reads the apps of a repository; all that is wrong is told at once. */
export function readApps(
  root: string,
  paths: readonly string[],
  given: {
    readonly options: Pick<InitOptions, 'app' | 'skip'>;
    /** Compose files that are part of a module already. */
    readonly taken: ReadonlySet<string>;
  },
): FoundApps {
  const { app = [], skip = [] } = given.options;
  requireNamed('--app', app, paths);
  const found = findComposeFiles(paths, app);
  const files = found.apps.map(({ file }) => file);
  requireSkipped(skip, [...files, ...found.others]);
  const wanted = found.apps.filter(({ file }) => !isSkipped(file, skip));
  const read: ReadApp[] = [];
  const problems: string[] = [];
  for (const each of wanted.filter(({ file }) => !given.taken.has(file))) {
    const result = readApp(root, each);
    if ('problem' in result) problems.push(result.problem);
    else read.push(result);
  }
  if (problems.length > 0) throw invalid(problems);
  return {
    apps: read,
    folders: wanted.map(({ folder }) => folder),
    others: found.others.filter(
      (file) => !isSkipped(file, skip) && !given.taken.has(file),
    ),
  };
}

function readApp(
  root: string,
  app: ComposeFiles,
): ReadApp | { readonly problem: string } {
  const documents = [];
  let needs = false;
  for (const file of [app.file, ...app.overrides]) {
    if (!isContainedPath(file) || file.includes('\u{fffd}')) {
      return { problem: `${shown(file)} has a name that no manifest can have` };
    }
    const content = readPlainFile(root, file);
    if (content === undefined) return { problem: `${shown(file)} is gone` };
    const parsed = parseSource(content);
    if (!parsed.ok) {
      return { problem: `${shown(file)}:${parsed.line}: ${parsed.message}` };
    }
    documents.push(...parsed.documents);
    needs ||= needsVariables(content.toString('utf8'));
  }
  return { app, facts: readComposeFacts(documents), needsVariables: needs };
}

function invalid(problems: readonly string[]): ActionError {
  const told = problems.slice(0, 20).join('; ');
  const more = problems.length > 20 ? `; ${problems.length - 20} more` : '';
  return new ActionError('init/invalid-compose', printable(`${told}${more}`));
}

function requireNamed(
  option: string,
  named: readonly string[],
  paths: readonly string[],
): void {
  const wrong = named.find((path) => !paths.includes(path));
  if (wrong === undefined) return;
  throw new InputError(option, wrong, 'a file that git has or would take');
}

function requireSkipped(
  skip: readonly string[],
  files: readonly string[],
): void {
  const wrong = skip.find((path) => !files.some((file) => isBelow(file, path)));
  if (wrong === undefined) return;
  const allowed = files.length > 0 ? files.slice(0, 20).join(', ') : 'nothing';
  throw new InputError(
    '--skip',
    wrong,
    `a compose file, or its folder, of ${allowed}`,
  );
}

function isSkipped(file: string, skip: readonly string[]): boolean {
  return skip.some((path) => isBelow(file, path));
}

function isBelow(file: string, path: string): boolean {
  const plain = posix.normalize(path).replace(/\/$/, '');
  return file === plain || file.startsWith(`${plain}/`);
}

function shown(file: string): string {
  return printable(file);
}
