import type { Attempt, ModuleOutcome } from '../../apply/attempt.ts';
import { type RunOrigin, resultOf } from '../../apply/attempt-entries.ts';
import { statusOfAttempt } from '../../apply/status-of-attempt.ts';
import type { AuditWrite } from '../../audit/audit-log.ts';
import type { Freeze } from '../../model/freeze.ts';
import type { Plan } from '../../model/plan.ts';
import { type Status, statusPath } from '../../model/status.ts';
import { renderFreeze } from '../../state/freeze-store.ts';
import { keepPlans } from '../../state/plan-store.ts';
import type { StateSnapshot } from '../../state/snapshot.ts';
import { readStatus, renderStatuses } from '../../state/status-store.ts';
import {
  findOwnFreeze,
  freezeEntryOf,
  freezeOf,
  liftEntryOf,
} from './rollback-freeze.ts';

/** An announced attempt, and what came of it. */
export interface EndedAttempt {
  readonly attempt: Attempt;
  readonly plan: Plan;
  readonly outcome: ModuleOutcome;
}

/**
 * One commit that says how attempts ended: the entries, the statuses that
 * follow, and the plans that these name. Where a later attempt has taken over
 * a status meanwhile, it is newer and stays.
 */
export function planResults(
  ended: readonly EndedAttempt[],
  by: RunOrigin,
  at: Date,
): Pick<AuditWrite, 'drafts' | 'beside'> & {
  /** Paths of the statuses that say something else than before. */
  readonly changed: readonly string[];
} {
  const next = ended.map((each) => ({
    ...each,
    status: statusAfter(each, at),
  }));
  return {
    drafts: async (snapshot) => [
      ...ended.map(({ attempt, outcome }) => resultOf(attempt, outcome, by)),
      ...freezesOf(ended, snapshot, at).map((each) => freezeEntryOf(each, by)),
      ...(await liftsOf(ended, snapshot)).map(({ attempt }) =>
        liftEntryOf(attempt, by),
      ),
    ],
    beside: async (snapshot) => {
      const plans = next.flatMap(({ plan, status }) => (status ? [plan] : []));
      const change = new Map(await keepPlans(snapshot, plans));
      for (const { attempt, status } of next) {
        const { module, record, previous } = attempt;
        const current = await readStatus(snapshot, module);
        if (current && current.attempt !== record) continue;
        const own = previous?.module === module ? previous : undefined;
        for (const [path, text] of renderAs(module, status ?? own)) {
          change.set(path, text);
        }
      }
      const freezes = freezesOf(ended, snapshot, at);
      return new Map([
        ...change,
        ...freezes.flatMap((each) => [...renderFreeze(each)]),
        ...(await liftsOf(ended, snapshot)).map(
          ({ path }) => [path, null] as const,
        ),
      ]);
    },
    changed: next.flatMap(({ attempt, status }) =>
      status ? [statusPath(attempt.module)] : [],
    ),
  };
}

/** What the host took back by itself; a person's way back is frozen before. */
function freezesOf(
  ended: readonly EndedAttempt[],
  snapshot: StateSnapshot,
  at: Date,
): Freeze[] {
  return ended.flatMap(({ attempt, outcome }): Freeze[] => {
    if (outcome.kind === 'held') return [];
    const { result } = outcome;
    if (result.result !== 'rolled_back') return [];
    const why = `${attempt.sha.slice(0, 12)} was rolled back: ${result.finding.reason}`;
    return freezeOf(attempt, why, { snapshot, at });
  });
}

/** Freezes that came with the intent of what was not begun after all. */
async function liftsOf(
  ended: readonly EndedAttempt[],
  snapshot: StateSnapshot,
): Promise<{ readonly attempt: Attempt; readonly path: string }[]> {
  const lifts: { readonly attempt: Attempt; readonly path: string }[] = [];
  for (const { attempt, outcome } of ended) {
    const untouched =
      outcome.kind === 'held' || outcome.result.result === 'refused';
    const path = untouched ? await findOwnFreeze(attempt, snapshot) : undefined;
    if (path !== undefined) lifts.push({ attempt, path });
  }
  return lifts;
}

/** Undefined where what was on record before the attempt still holds. */
function statusAfter(
  { attempt, outcome }: EndedAttempt,
  at: Date,
): Status | undefined {
  if (outcome.kind === 'held') return undefined;
  return statusOfAttempt(attempt, { result: outcome.result, at });
}

function renderAs(module: string, status: Status | undefined) {
  return status === undefined
    ? new Map([[statusPath(module), null]])
    : renderStatuses([status]);
}
