import { openRanges } from '../../repository/control-range.ts';
import {
  findRewritten,
  type LastApplied,
} from '../../repository/last-applied.ts';
import type { ModuleBook } from '../../repository/module-book.ts';
import type { Subject } from '../../repository/subject.ts';
import { listTree } from '../../repository/tree.ts';
import type { ChangeReading } from './read-change.ts';
import {
  claimEntries,
  findLagging,
  type LiveModules,
  type Selected,
} from './select-modules.ts';

/** Head must come after whatever is live; a pull request need not yet. */
export async function describeRewritten(
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

/** Modules that lagged behind before this push already, and what holds them. */
export interface Held {
  /** Their range holds a control change. */
  readonly control: ReadonlySet<string>;
  /** Their range holds a commit that the limits refused as a push. */
  readonly tooMany: ReadonlySet<string>;
}

export const NOTHING_HELD: Held = { control: new Set(), tooMany: new Set() };

/**
 * What stopped a push must not go on with the next one. A person who
 * dispatches has seen it.
 */
export async function findHeld(
  subject: Subject,
  {
    book,
    change,
  }: {
    readonly book: ModuleBook;
    readonly change: Pick<ChangeReading, 'atBase' | 'isControl'>;
  },
  facts: {
    readonly modules: LiveModules;
    readonly selected: readonly Selected[];
  },
): Promise<Held> {
  const { repository, policy, base, head, event } = subject;
  if (event.name !== 'push' || base === undefined) return NOTHING_HELD;
  const ids = facts.selected
    .map(({ id }) => id)
    .filter((id) => {
      const live = facts.modules.live.get(id);
      // Since base there is only this push, which is judged as a whole.
      return book.has(id) && live !== undefined && live.sha !== base;
    });
  if (ids.length === 0) return NOTHING_HELD;
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
  const { limits } = policy;
  const whichHold = await openRanges(repository, lagging, head);
  return {
    control: whichHold(({ paths }) => paths.some(change.isControl)),
    tooMany: whichHold(
      ({ paths, deleted }) =>
        paths.length > limits.max_changed_files ||
        deleted > limits.max_deleted_files,
    ),
  };
}
