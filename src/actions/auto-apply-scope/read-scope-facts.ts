import type { ScopeFacts } from '../../gates/scope/scope-facts.ts';
import type { Status } from '../../model/status.ts';
import { readChanges } from '../../repository/changes.ts';
import {
  type LastApplied,
  listLastApplied,
} from '../../repository/last-applied.ts';
import {
  type ModuleBook,
  openModuleBook,
  readableManifests,
} from '../../repository/module-book.ts';
import { moduleTree } from '../../repository/module-tree.ts';
import type { Subject } from '../../repository/subject.ts';
import { listTree, type TreeEntry } from '../../repository/tree.ts';
import { describeRewritten, findHeld, NOTHING_HELD } from './judge-range.ts';
import { type CandidateSource, readCandidates } from './read-candidates.ts';
import {
  type ChangeReading,
  findUnreadable,
  readChange,
} from './read-change.ts';
import {
  claimEntries,
  findLagging,
  type LiveModules,
  matchLive,
  type Selected,
  selectModules,
} from './select-modules.ts';

type Statuses = ReadonlyMap<string, Status>;

/** What git alone says about a subject. */
export interface RepositoryReading {
  readonly book: ModuleBook;
  readonly change: ChangeReading;
}

/** What the gate decides on, beyond what the event and the inputs say. */
export type ModuleFindings = Pick<
  ScopeFacts,
  | 'candidates'
  | 'change'
  | 'dependsOn'
  | 'invalid'
  | 'known'
  | 'neverApplied'
  | 'rewritten'
  | 'unsupported'
>;

/** Reads the tree at head and everything that changed since base. */
export async function readRepository(
  subject: Subject,
): Promise<RepositoryReading> {
  const { repository, policy, head, base } = subject;
  const [entries, changes] = await Promise.all([
    listTree(repository, head),
    base === undefined ? [] : readChanges(repository, base, head),
  ]);
  const book = await openModuleBook(repository, policy.modules_dir, entries);
  return { book, change: await readChange(subject, book, changes) };
}

/** What of all modules is looked at; undefined: everything. */
interface Asked {
  readonly asked: string | undefined;
  readonly only: readonly string[] | undefined;
}

/** Puts together what git and the state branch say about the modules. */
export async function readModuleFindings(
  subject: Subject,
  reading: RepositoryReading,
  record: { readonly statuses: Statuses } & Asked,
): Promise<ModuleFindings> {
  const { book, change } = reading;
  const applied = listLastApplied(record.statuses);
  const modules = matchLive(book, applied);
  const live =
    record.asked === undefined
      ? [...applied.values()]
      : relevantTo(record.asked, { book, applied, modules });
  const rewritten = await describeRewritten(subject, live);
  const selection = await select(subject, reading, {
    modules,
    asked: record.asked,
    only: record.only,
  });
  const sources = await readSources(subject, reading, {
    ...selection,
    modules,
    applied,
    statuses: record.statuses,
    isRewritten: rewritten.length > 0,
  });
  const dependsOn = readDependencies(book, selection.selected);
  return {
    change: change.summary,
    candidates: await readCandidates(subject, book, {
      sources,
      atBase: change.atBase,
    }),
    known: new Set(book.ids()),
    dependsOn,
    invalid: [
      ...new Set([
        ...change.invalid,
        ...findUnreadable(book, dependsOn.keys()),
        ...findContradictions(subject, book, selection.selected),
      ]),
    ],
    rewritten,
    unsupported: change.unsupported,
    neverApplied: book.ids().filter((id) => !modules.live.has(id)),
  };
}

/** What is live of a module, and of the one whose folder it takes. */
function relevantTo(
  id: string,
  facts: {
    readonly book: ModuleBook;
    readonly applied: ReadonlyMap<string, LastApplied>;
    readonly modules: LiveModules;
  },
): LastApplied[] {
  const head = facts.book.manifest(id);
  const former = head?.ok ? head.value.renamed_from : '';
  return [facts.modules.live.get(id), facts.applied.get(former)].filter(
    (each) => each !== undefined,
  );
}

interface Selection {
  readonly selected: readonly Selected[];
  readonly owned: ReadonlyMap<string, readonly TreeEntry[]>;
}

/** Chooses the modules to look at, with what each owns at head. */
async function select(
  subject: Subject,
  { book, change }: RepositoryReading,
  facts: { readonly modules: LiveModules } & Asked,
): Promise<Selection> {
  const { modules, asked, only } = facts;
  const ids = [...change.touched, ...modules.live.keys(), asked ?? ''];
  const owned = await claimEntries(subject.policy, book.entries, {
    ids: new Set(ids.filter((id) => book.has(id))),
    claims: readableManifests(book, book.claimants()),
  });
  // An id that is no module is refused by its own finding.
  if (asked !== undefined && !book.has(asked)) return { selected: [], owned };
  const selected = selectModules({
    event: subject.event.name,
    asked,
    touched: change.touched,
    lagging: findLagging(owned, modules.live),
    modules,
  });
  return {
    selected: selected.filter(({ id }) => only?.includes(id) ?? true),
    owned,
  };
}

async function readSources(
  subject: Subject,
  reading: RepositoryReading,
  facts: Selection & {
    readonly modules: LiveModules;
    readonly applied: ReadonlyMap<string, LastApplied>;
    readonly statuses: Statuses;
    readonly isRewritten: boolean;
  },
): Promise<CandidateSource[]> {
  const { modules, isRewritten } = facts;
  const held = isRewritten
    ? NOTHING_HELD
    : await findHeld(subject, reading, facts);
  return facts.selected.map(({ id, because }) => {
    const live = modules.live.get(id) ?? facts.applied.get(id);
    const head = reading.book.manifest(id);
    const taken = facts.applied.get(head?.ok ? head.value.renamed_from : '');
    const entries = facts.owned.get(id) ?? [];
    return {
      id,
      because,
      formerId: modules.formerIds.get(id),
      live: isRewritten ? undefined : live,
      taken: isRewritten || taken === live ? undefined : taken,
      liveHost: live && facts.statuses.get(live.id)?.last_apply_host,
      entries,
      controlInRange: held.control.has(id),
      tooManyInRange: held.tooMany.has(id),
      failedBefore: findFailure(facts.statuses.get(id), entries),
    };
  });
}

/** How the last attempt ended, where it was one on this very content. */
function findFailure(
  status: Status | undefined,
  entries: readonly TreeEntry[],
): CandidateSource['failedBefore'] {
  const result = status?.last_apply_result;
  if (result !== 'failed' && result !== 'rolled_back') return undefined;
  return status?.attempted_tree === moduleTree(entries) ? result : undefined;
}

/** `depends_on` of the modules and of everything they depend on. */
function readDependencies(
  book: ModuleBook,
  selected: readonly Selected[],
): Map<string, readonly string[]> {
  const dependsOn = new Map<string, readonly string[]>();
  const waiting = selected.map(({ id }) => id).filter((id) => book.has(id));
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    if (dependsOn.has(id)) continue;
    const result = book.manifest(id);
    const next = result?.ok ? result.value.depends_on : [];
    dependsOn.set(id, next);
    waiting.push(...next.filter((each) => book.has(each)));
  }
  return dependsOn;
}

/** What manifests say that the repository or the policy contradicts. */
function findContradictions(
  { policy }: Subject,
  book: ModuleBook,
  selected: readonly Selected[],
): string[] {
  const manifests = readableManifests(
    book,
    selected.map(({ id }) => id),
  );
  return [...manifests.values()].flatMap(({ id, host, renamed_from }) => [
    ...(Object.hasOwn(policy.hosts, host)
      ? []
      : [`${id} names the host ${host}, which the policy does not have`]),
    // It would take over the project and the folder of the other one.
    ...(book.has(renamed_from)
      ? [`${id} says renamed_from: ${renamed_from}, which is still a module`]
      : []),
  ]);
}
