import type { Attempt } from '../../apply/attempt.ts';
import type { RunOrigin } from '../../apply/attempt-entries.ts';
import type { EntryDraft } from '../../audit/plan-append.ts';
import { type Freeze, freezePath } from '../../model/freeze.ts';
import { readFreezes } from '../../state/freeze-store.ts';
import type { StateSnapshot } from '../../state/snapshot.ts';

/**
 * A module that goes back is frozen, once: what would come next is most likely
 * as bad. One that is frozen already stays so for the reason it has.
 */
export function freezeOf(
  attempt: Attempt,
  why: string,
  { snapshot, at }: { readonly snapshot: StateSnapshot; readonly at: Date },
): Freeze[] {
  const scope = { kind: 'module', name: attempt.module } as const;
  if (snapshot.list(freezePath(scope)).length > 0) return [];
  return [
    {
      schema: 1,
      scope,
      reason: why.slice(0, 1_000),
      author: attempt.actor,
      since: at.toISOString(),
      until: null,
      source: 'rollback',
      run: attempt.run,
    },
  ];
}

/**
 * Where a person goes back: with the intent, so that nothing rolls forward
 * again if this run is the last that is heard of it.
 */
export function freezeBefore(
  { sha, rollback, ...attempt }: Attempt,
  found: { readonly snapshot: StateSnapshot; readonly at: Date },
): Freeze[] {
  if (!rollback) return [];
  const why = `taken back from ${rollback.from.slice(0, 12)} to ${sha.slice(0, 12)}: ${rollback.reason}`;
  return freezeOf({ sha, ...attempt }, why, found);
}

/** Path of the freeze that came with the intent of an attempt. */
export async function findOwnFreeze(
  { module, rollback, run }: Attempt,
  snapshot: StateSnapshot,
): Promise<string | undefined> {
  if (!rollback) return undefined;
  const path = freezePath({ kind: 'module', name: module });
  const own = (await readFreezes(snapshot)).find(
    (each) =>
      each.path === path &&
      each.kind === 'read' &&
      each.freeze.source === 'rollback' &&
      JSON.stringify(each.freeze.run) === JSON.stringify(run),
  );
  return own?.path;
}

/** What goes on record of a freeze that is set by an attempt. */
export function freezeEntryOf(
  { scope, reason, source }: Freeze,
  by: RunOrigin,
): EntryDraft {
  const body = { change: 'freeze', scope, reason, source, by };
  return { kind: 'freeze', fence: null, body };
}

/** What goes on record where nothing came of the attempt. */
export function liftEntryOf({ module }: Attempt, by: RunOrigin): EntryDraft {
  const scope = { kind: 'module', name: module };
  const reason = 'nothing was taken back';
  const body = { change: 'unfreeze', scope, reason, source: 'rollback', by };
  return { kind: 'freeze', fence: null, body };
}
