import type { Attempt } from '../../apply/attempt.ts';
import {
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
import type { StateSnapshot } from '../../state/snapshot.ts';
import { readStatus, renderStatuses } from '../../state/status-store.ts';
import { interrupted } from './cut-off.ts';

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

/** What of an announcement holds on the branch as it is now. */
export interface Announced {
  /** The status from before, by module. */
  readonly before: ReadonlyMap<string, Status | undefined>;
  /** Modules of which another run began an attempt meanwhile. */
  readonly taken: ReadonlyMap<string, Finding>;
}

/**
 * One commit that says what is about to be done: an intent for each attempt,
 * and a status that is unknown until its result is there. A module that
 * another run began meanwhile is left out.
 */
export function planAnnouncement(
  announcement: Announcement,
  at: Date,
): Pick<AuditWrite, 'drafts' | 'beside'> & {
  readonly judged: () => Announced;
} {
  const { attempts, reconciled, by, gates } = announcement;
  let judged: Announced = { before: new Map(), taken: new Map() };
  const going = () =>
    attempts.filter(({ attempt }) => !judged.taken.has(attempt.module));
  return {
    judged: () => judged,
    drafts: async (snapshot) => {
      judged = await judge(announcement, snapshot);
      return [
        ...reconciled.map((each) => reconcileOf(each, by)),
        ...going().map(({ attempt, origin }) =>
          intentOf(attempt, by, { ...origin, gates }),
        ),
      ];
    },
    beside: async () => {
      const settled = reconciled.flatMap(
        (each) => statusOfReconciled(each) ?? [],
      );
      const begun = going().flatMap(({ attempt }) => {
        const result = interrupted(attempt);
        const previous = judged.before.get(attempt.module);
        return statusOfAttempt({ ...attempt, previous }, { result, at }) ?? [];
      });
      return renderStatuses([...settled, ...begun]);
    },
  };
}

async function judge(
  { attempts, reconciled }: Announcement,
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
  return { before, taken };
}

function describeTaken(module: string, run: string): Finding {
  return finding(
    'apply/unknown',
    `The run ${run} began an attempt on ${module} meanwhile`,
    { module, remedy: 'Wait until it has ended, then run the lane again.' },
  );
}
