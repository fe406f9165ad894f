import type { ScopeFacts } from '../../gates/scope/scope-facts.ts';
import type { Status } from '../../model/status.ts';
import { readChanges } from '../../repository/changes.ts';
import { findControlRanges } from '../../repository/control-range.ts';
import {
  findRewritten,
  type LastApplied,
  listLastApplied,
} from '../../repository/last-applied.ts';
import {
  type ModuleBook,
  openModuleBook,
  readableManifests,
} from '../../repository/module-book.ts';
import type { Subject } from '../../repository/subject.ts';
import { listTree, type TreeEntry } from '../../repository/tree.ts';
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

/** Puts together what git and the state branch say about the modules. */
export async function readModuleFindings(
  subject: Subject,
  reading: RepositoryReading,
  record: { readonly statuses: Statuses; readonly asked: string | undefined },
): Promise<ModuleFindings> {
  const { book, change } = reading;
  const applied = listLastApplied(record.statuses);
  const modules = matchLive(book, applied);
  const live =
    record.asked === undefined
      ? [...applied.values()]
      : [modules.live.get(record.asked)].filter((each) => each !== undefined);
  const rewritten = await describeRewritten(subject, live);
  const selection = await select(subject, reading, {
    modules,
    asked: record.asked,
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
        ...findHostless(subject, book, selection.selected),
      ]),
    ],
    rewritten,
    unsupported: change.unsupported,
    neverApplied: book.ids().filter((id) => !modules.live.has(id)),
  };
}

interface Selection {
  readonly selected: readonly Selected[];
  readonly owned: ReadonlyMap<string, readonly TreeEntry[]>;
}

/** Chooses the modules to look at, with what each owns at head. */
async function select(
  subject: Subject,
  { book, change }: RepositoryReading,
  facts: { readonly modules: LiveModules; readonly asked: string | undefined },
): Promise<Selection> {
  const { modules } = facts;
  const asked = facts.asked;
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
  return { selected, owned };
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
    ? new Set<string>()
    : await findHeld(subject, reading, facts);
  return facts.selected.map(({ id, because }) => {
    const live = modules.live.get(id) ?? facts.applied.get(id);
    return {
      id,
      because,
      formerId: modules.formerIds.get(id),
      live: isRewritten ? undefined : live,
      liveHost: live && facts.statuses.get(live.id)?.last_apply_host,
      entries: facts.owned.get(id) ?? [],
      controlInRange: held.has(id),
    };
  });
}

/** Head must come after whatever is live; a pull request need not yet. */
async function describeRewritten(
  { event, history, head, trusted }: Subject,
  live: readonly LastApplied[],
): Promise<string[]> {
  if (event.name === 'pull_request') return [];
  // On a push the trusted commit was already found to lie behind head.
  const known = event.name === 'push' ? trusted : head;
  const shas = live.map(({ sha }) => sha).filter((sha) => sha !== known);
  const rewritten = await findRewritten(history, shas, head);
  return [...rewritten].map((sha) => {
    const ids = live.flatMap((each) => (each.sha === sha ? [each.id] : []));
    const told = ids.slice(0, 10).join(', ');
    return `The commit last applied of ${told}, ${sha}, does not lie behind ${head}`;
  });
}

/**
 * The modules that lagged behind before this push already, and whose range
 * holds a control change. A person who dispatches has seen it.
 */
async function findHeld(
  subject: Subject,
  { book, change }: RepositoryReading,
  facts: {
    readonly modules: LiveModules;
    readonly selected: readonly Selected[];
  },
): Promise<Set<string>> {
  const { repository, policy, base, head, event } = subject;
  if (event.name !== 'push' || base === undefined) return new Set();
  const ids = facts.selected
    .map(({ id }) => id)
    .filter((id) => {
      const live = facts.modules.live.get(id);
      // Since base there is only this push, which is judged as a whole.
      return book.has(id) && live !== undefined && live.sha !== base;
    });
  if (ids.length === 0) return new Set();
  const claims = new Map(
    [...new Set([...book.claimants(), ...ids])].flatMap((id) => {
      const result = change.atBase(id);
      return result?.ok ? [[id, result.value] as const] : [];
    }),
  );
  const entries = await listTree(repository, base);
  const owned = await claimEntries(policy, entries, { ids, claims });
  const before = findLagging(owned, facts.modules.live);
  const lagging = [...before].flatMap((id) => {
    const live = facts.modules.live.get(id);
    return live ? [{ ...live, id }] : [];
  });
  return findControlRanges(repository, lagging, {
    head,
    isControl: change.isControl,
  });
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

function findHostless(
  { policy }: Subject,
  book: ModuleBook,
  selected: readonly Selected[],
): string[] {
  const manifests = readableManifests(
    book,
    selected.map(({ id }) => id),
  );
  return [...manifests.values()]
    .filter(({ host }) => !Object.hasOwn(policy.hosts, host))
    .map(
      ({ id, host }) =>
        `${id} names the host ${host}, which the policy does not have`,
    );
}
