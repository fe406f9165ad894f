import type { Attempt } from '../../apply/attempt.ts';
import {
  breakGlassEntryOf,
  type ChangeOrigin,
  type GateCodes,
  intentOf,
  type RunOrigin,
  reconcileOf,
} from '../../apply/attempt-entries.ts';
import { findOpenAttempts } from '../../apply/open-attempt.ts';
import { type Reconciled, statusOfReconciled } from '../../apply/reconciled.ts';
import { statusOfAttempt } from '../../apply/status-of-attempt.ts';
import type { AuditWrite } from '../../audit/audit-log.ts';
import { readTail } from '../../audit/read-tail.ts';
import type { Plan } from '../../model/plan.ts';
import type { Status } from '../../model/status.ts';
import { type Finding, finding } from '../../model/verdict.ts';
import { renderFreeze } from '../../state/freeze-store.ts';
import { renderLeases } from '../../state/lease-store.ts';
import type { StateSnapshot } from '../../state/snapshot.ts';
import { readStatus, renderStatuses } from '../../state/status-store.ts';
import { overtakeOf } from '../host-leases.ts';
import { interrupted } from './cut-off.ts';
import { type Held, type Holds, LeaseRace } from './holds.ts';
import { freezeBefore, freezeEntryOf } from './rollback-freeze.ts';

/** An attempt that is about to be made, with all that goes on record of it. */
export interface PlannedAttempt {
  readonly attempt: Attempt;
  readonly plan: Plan;
  readonly origin: ChangeOrigin;
}

export interface Announcement {
  readonly attempts: readonly PlannedAttempt[];
  /** Attempts of others that were explained on the way here. */
  readonly reconciled: readonly Reconciled[];
  readonly by: RunOrigin;
  readonly gates: GateCodes;
}

/** An announcement under the leases of its hosts. */
export interface HeldAnnouncement extends Announcement {
  readonly holds: Holds;
}

/** What of an announcement holds on the branch as it is now. */
export interface Announced {
  /** The status from before, by module. */
  readonly before: ReadonlyMap<string, Status | undefined>;
  /** Modules that may not be attempted: frozen, begun by another run. */
  readonly taken: ReadonlyMap<string, Finding>;
  readonly held: Held | undefined;
}

/**
 * One commit that says what is about to be done: an intent for each attempt,
 * and a status that is unknown until its result is there. A module that
 * another run began meanwhile is left out.
 */
export function planAnnouncement(
  announcement: HeldAnnouncement,
  at: Date,
): Pick<AuditWrite, 'drafts' | 'beside'> & {
  readonly judged: () => Announced;
} {
  const { reconciled, by, gates, holds } = announcement;
  let judged: Announced = {
    before: new Map(),
    taken: new Map(),
    held: undefined,
  };
  const despite = (module: string) => {
    const freezes = judged.held?.passed.get(module);
    const { rollback = '', reason = rollback } = holds.pass;
    return freezes && { reason, freezes };
  };
  const going = () => attemptsOf(announcement, judged);
  const frozen = (snapshot: StateSnapshot) =>
    going().flatMap(({ attempt }) => freezeBefore(attempt, { snapshot, at }));
  return {
    judged: () => judged,
    drafts: async (snapshot) => {
      judged = await judge(announcement, snapshot);
      return [
        ...reconciled.map((each) => reconcileOf(each, by)),
        ...(judged.held?.view.overtaken ?? []).map((each) =>
          overtakeOf(each, { ...by }),
        ),
        ...going().flatMap(
          ({ attempt }) => breakGlassEntryOf(attempt, by) ?? [],
        ),
        ...going().map(({ attempt, origin }) => {
          const passed = despite(attempt.module);
          return intentOf(attempt, by, { ...origin, gates, despite: passed });
        }),
        ...frozen(snapshot).map((each) => freezeEntryOf(each, by)),
      ];
    },
    beside: async (snapshot) => {
      const settled = reconciled.flatMap(
        (each) => statusOfReconciled(each) ?? [],
      );
      const begun = going().flatMap(({ attempt }) => {
        const result = interrupted(attempt);
        const previous = judged.before.get(attempt.module);
        return statusOfAttempt({ ...attempt, previous }, { result, at }) ?? [];
      });
      return new Map([
        ...renderStatuses([...settled, ...begun]),
        ...renderLeases([...(judged.held?.view.taken.values() ?? [])]),
        ...frozen(snapshot).flatMap((each) => [...renderFreeze(each)]),
      ]);
    },
  };
}

/** What is attempted after all, with the fence of the lease it is under. */
export function attemptsOf(
  { attempts }: Announcement,
  { taken, held }: Announced,
): readonly PlannedAttempt[] {
  return attempts
    .filter(({ attempt }) => !taken.has(attempt.module))
    .map((planned) => {
      const { attempt } = planned;
      const fence = held?.view.taken.get(attempt.host)?.fence ?? null;
      return { ...planned, attempt: { ...attempt, fence } };
    });
}

async function judge(
  { attempts, reconciled, holds }: HeldAnnouncement,
  snapshot: StateSnapshot,
): Promise<Announced> {
  const before = new Map<string, Status | undefined>();
  const taken = new Map<string, Finding>();
  const entries = (await readTail(snapshot)).entries.map(({ entry }) => entry);
  const explained = new Set(reconciled.map(({ attempt }) => attempt.record));
  for (const { attempt } of attempts) {
    const { module, previous } = attempt;
    const status = await readStatus(snapshot, module);
    const other = findOpenAttempts(module, status, entries).find(
      ({ record }) => record !== attempt.record && !explained.has(record),
    );
    if (other) taken.set(module, describeTaken(module, other.run.id));
    // Where the module was renamed, what was live stands under its old name.
    const renamed = previous?.module === module ? undefined : previous;
    const names = [module, renamed?.module];
    const own = reconciled.findLast((each) =>
      names.includes(each.attempt.module),
    );
    before.set(module, own ? statusOfReconciled(own) : (status ?? renamed));
  }
  const subjects = attempts.map(({ attempt: { module, host } }) => ({
    module,
    host,
  }));
  const all = await holds.judge(snapshot, subjects);
  // Who began meanwhile holds the host, and is waited for like anybody else.
  if (holds.isWorthWaiting(all.view)) throw new LeaseRace();
  const left = subjects.filter(({ module }) => !taken.has(module));
  const held = taken.size === 0 ? all : await holds.judge(snapshot, left);
  return { before, taken: new Map([...taken, ...held.modules]), held };
}

function describeTaken(module: string, run: string): Finding {
  return finding(
    'apply/unknown',
    `The run ${run} began an attempt on ${module} meanwhile`,
    { module, remedy: 'Wait until it has ended, then run the lane again.' },
  );
}
