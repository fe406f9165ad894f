import type { ChangeSummary } from '../../gates/scope/scope-facts.ts';
import { formatProblem } from '../../model/document-problem.ts';
import { isModuleId } from '../../model/identifiers.ts';
import { printable } from '../../model/printable.ts';
import { readBlobs } from '../../repository/blobs.ts';
import {
  type ChangedPath,
  countChangedLines,
} from '../../repository/changes.ts';
import {
  type Classifier,
  openClassifier,
} from '../../repository/classify-paths.ts';
import type { ManifestResult } from '../../repository/manifests.ts';
import {
  type ModuleBook,
  readableManifests,
} from '../../repository/module-book.ts';
import { folderOf, MANIFEST_NAME } from '../../repository/module-folders.ts';
import { openOwnership } from '../../repository/ownership.ts';
import type { Subject } from '../../repository/subject.ts';
import { SUBMODULE_MODE, SYMLINK_MODE } from '../../repository/tree.ts';

/** What the change does, read against the modules at head and at base. */
export interface ChangeReading {
  readonly summary: ChangeSummary | undefined;
  /** Modules that own or share a changed path. */
  readonly touched: ReadonlySet<string>;
  readonly invalid: readonly string[];
  readonly unsupported: readonly string[];
  /** The manifest of a module at base; undefined where it was none. */
  readonly atBase: (id: string) => ManifestResult | undefined;
  readonly isControl: Classifier['isControl'];
}

/** Reads and classifies every changed path. */
export async function readChange(
  subject: Subject,
  book: ModuleBook,
  changes: readonly ChangedPath[],
): Promise<ChangeReading> {
  const { policy, policyPath, base } = subject;
  const replaced = await readReplacedManifests(subject, book, changes);
  const atBase = (id: string) => {
    if (base === undefined) return undefined;
    return replaced.has(id) ? replaced.get(id) : book.manifest(id);
  };
  const claimants = book.claimants();
  const claims = [
    ...readableManifests(book, claimants),
    ...[...replaced].flatMap(([id, result]) =>
      result?.ok ? [[id, result.value] as const] : [],
    ),
  ];
  const classifier = await openClassifier({
    policy,
    policyPath,
    ownership: await openOwnership(policy, claims),
    isModule: (id) => book.has(id) || replaced.get(id) !== undefined,
  });
  const found = classifyAll(subject, book, { changes, classifier });
  return {
    ...found,
    invalid: [...found.invalid, ...findUnreadable(book, claimants)],
    summary:
      base === undefined
        ? undefined
        : { ...found.summary, ...(await readLines(subject, changes)) },
    atBase,
    isControl: classifier.isControl,
  };
}

/** Why manifests cannot be read, in words. */
export function findUnreadable(
  book: ModuleBook,
  ids: Iterable<string>,
): string[] {
  return [...ids].flatMap((id) => {
    const result = book.manifest(id);
    return result && !result.ok ? result.problems.map(formatProblem) : [];
  });
}

/** Manifests as they were before the change; undefined where there was none. */
async function readReplacedManifests(
  { repository, policy }: Subject,
  book: ModuleBook,
  changes: readonly ChangedPath[],
): Promise<Map<string, ManifestResult | undefined>> {
  const replaced = new Map<string, ManifestResult | undefined>();
  const older: { id: string; change: ChangedPath }[] = [];
  for (const change of changes) {
    const id = folderOf(policy.modules_dir, change.path);
    if (id === undefined || !isModuleId(id)) continue;
    if (change.path !== `${policy.modules_dir}/${id}/${MANIFEST_NAME}`)
      continue;
    if (change.status === 'A') replaced.set(id, undefined);
    else older.push({ id, change });
  }
  const contents = await readBlobs(
    repository,
    older.map(({ change }) => ({ oid: change.before.oid })),
  );
  older.forEach(({ id }, index) => {
    replaced.set(id, book.parse(id, contents[index]?.toString('utf8') ?? ''));
  });
  return replaced;
}

/** Told only as a warning, so a large change is not worth the counting. */
async function readLines(
  { repository, policy, base, head }: Subject,
  changes: readonly ChangedPath[],
): Promise<{ readonly lines?: number }> {
  if (base === undefined || changes.length === 0) return {};
  if (changes.length > policy.limits.max_changed_lines) return {};
  const lines = await countChangedLines(repository, base, head);
  return lines === undefined ? {} : { lines };
}

function classifyAll(
  { policy }: Subject,
  book: ModuleBook,
  given: {
    readonly changes: readonly ChangedPath[];
    readonly classifier: Classifier;
  },
) {
  const perClass = { module: 0, shared: 0, ignored: 0, control: 0 };
  const control: string[] = [];
  const unclassified: string[] = [];
  const touched = new Set<string>();
  const orphans = new Set<string>();
  const unsupported: string[] = [];
  for (const change of given.changes) {
    const found = given.classifier.classify(change.path);
    if (found.kind in perClass) {
      perClass[found.kind as keyof typeof perClass] += 1;
    }
    if (found.kind === 'control') control.push(change.path);
    else if (found.kind === 'module' || found.kind === 'shared') {
      for (const id of found.ids) touched.add(id);
    } else if (found.kind === 'orphan' && book.folders.has(found.folder)) {
      orphans.add(found.folder);
    } else if (found.kind !== 'ignored') {
      const reason = describeStandIn(policy.modules_dir, change);
      if (reason === undefined) unclassified.push(change.path);
      else unsupported.push(reason);
    }
  }
  if (touched.delete('*')) for (const id of book.ids()) touched.add(id);
  return {
    touched,
    unsupported,
    invalid: [...orphans].map((folder) => describeOrphan(policy, book, folder)),
    summary: {
      paths: given.changes.length,
      deleted: given.changes.filter((change) => change.status === 'D').length,
      perClass: { ...perClass, unclassified: unclassified.length },
      control,
      unclassified,
    },
  };
}

/** A symlink or submodule where a module folder should be. */
function describeStandIn(
  modulesDir: string,
  { path, after }: ChangedPath,
): string | undefined {
  const place = path.slice(0, Math.max(0, path.lastIndexOf('/')));
  const name = printable(JSON.stringify(path));
  if (place !== modulesDir) return undefined;
  if (after.mode === SYMLINK_MODE) return `${name} is a symlink, not a folder`;
  if (after.mode === SUBMODULE_MODE) return `${name} is a submodule`;
  return undefined;
}

function describeOrphan(
  policy: Subject['policy'],
  book: ModuleBook,
  folder: string,
): string {
  const problem =
    book.folders.get(folder)?.problem ?? `there is no ${MANIFEST_NAME} in it`;
  return printable(`${policy.modules_dir}/${folder}: ${problem}`);
}
