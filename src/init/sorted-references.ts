import { posix } from 'node:path';
import { locateReference } from '../drivers/compose/source/judge-reference.ts';
import { isBelow } from '../drivers/compose/source/release-paths.ts';
import { remedyOfUnmanaged } from '../drivers/compose/source/unmanaged-path.ts';
import type { DraftSubject } from './module-draft.ts';
import { globOfFolder, globOfPath } from './path-glob.ts';
import { quoteText } from './quote-text.ts';

/** The folder of a module in the repository. */
export function folderOf({
  id,
  modulesDir,
}: Pick<DraftSubject, 'id' | 'modulesDir'>) {
  return `${modulesDir}/${id}`;
}

/** Whose the paths of an app are, as its manifest says it. */
export interface SortedReferences {
  readonly files: string[];
  readonly folders: string[];
  readonly data: string[];
  readonly further: (string | undefined)[];
  readonly notes: string[];
  readonly hostPaths: string[];
}

/** Whose each path is that the compose files name: git's, or the host's. */
export function sortReferences(subject: DraftSubject): SortedReferences {
  const { app, facts } = subject;
  const sorted: SortedReferences = {
    ...{ files: [], folders: [], data: [], further: [], notes: [] },
    hostPaths: [],
  };
  for (const { text, isFile, isHosts } of facts.references) {
    const located = locateReference(text, app.folder);
    if (!located.ok) continue;
    const kind = isHosts
      ? subject.committed(located.path)
      : subject.tracked(located.path);
    if (kind === undefined) addHostPath(sorted, subject, located.path, isFile);
    else if (!isOwn(located.path, subject)) {
      sorted.further.push(
        kind === 'folder'
          ? globOfFolder(located.path)
          : globOfPath(located.path),
      );
    }
  }
  for (const { text, reason } of facts.readOnly) {
    const located = locateReference(text, app.folder);
    if (!located.ok || subject.tracked(located.path) === undefined) {
      sorted.data.push(`${reason}, which is not in git`);
    }
  }
  addEnvironment(sorted, subject);
  return sorted;
}

/** True where the module has the path already, without naming it. */
function isOwn(path: string, subject: DraftSubject): boolean {
  const { app } = subject;
  if (path === '' || path === app.file) return true;
  const isInFolder =
    subject.ownsFolder && (path === app.folder || isBelow(path, app.folder));
  return isInFolder || isBelow(path, folderOf(subject));
}

/** Of a path in the module's folder the manifest says that the host has it. */
function addHostPath(
  sorted: SortedReferences,
  subject: DraftSubject,
  path: string,
  isFile: boolean | undefined,
): void {
  const folder = folderOf(subject);
  const onDisk = subject.onDisk(path);
  const isFolder =
    onDisk === undefined
      ? !(isFile ?? posix.basename(path).includes('.'))
      : onDisk === 'folder';
  sorted.hostPaths.push(path);
  if (!isBelow(path, folder)) {
    const { app } = subject;
    const remedy = remedyOfUnmanaged({
      ...{ manifest: { host_files: [], host_dirs: [] }, folder, path },
      ...{ base: app.folder, isFolder },
    });
    sorted.notes.push(`${quoteText(path)} is not in git. ${remedy}`);
    return;
  }
  const list = isFolder ? sorted.folders : sorted.files;
  const name = path.slice(folder.length + 1);
  if (!list.includes(name)) list.push(name);
}

/** Variables come from a `.env` that git has, or else from the host. */
function addEnvironment(sorted: SortedReferences, subject: DraftSubject): void {
  const { app } = subject;
  const path = app.folder === '' ? '.env' : `${app.folder}/.env`;
  if (subject.committed(path) !== undefined) {
    sorted.notes.push(
      `${quoteText(path)} is in git: whoever reads the repository reads it`,
    );
    return;
  }
  const isThere = subject.onDisk(path) === 'file';
  if (isThere) sorted.hostPaths.push(path);
  if ((isThere || subject.needsVariables) && !sorted.files.includes('.env')) {
    sorted.files.push('.env');
  }
}
