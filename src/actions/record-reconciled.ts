import { type RunOrigin, reconcileOf } from '../apply/attempt-entries.ts';
import { readOpenAttempts } from '../apply/read-open-attempts.ts';
import { type Reconciled, statusOfReconciled } from '../apply/reconciled.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import { releaseLease } from '../gates/lease/change-lease.ts';
import { sightKey } from '../gates/lease/decide-lease.ts';
import { type HeldLease, heldLease } from '../model/lease.ts';
import { readLease, renderLeases } from '../state/lease-store.ts';
import type { StateSnapshot } from '../state/snapshot.ts';
import { renderStatuses } from '../state/status-store.ts';

export interface Settled {
  /** Attempts of which it is known now how they ended. */
  readonly known: readonly Reconciled[];
  /** Leases of runs that gave no sign of life. */
  readonly dead: readonly HeldLease[];
}

/**
 * Puts on record how attempts ended, and frees dead leases, in one commit.
 * What somebody else wrote down meanwhile is not written again.
 */
export async function recordReconciled(
  { known, dead }: Settled,
  {
    log,
    by,
    message,
  }: {
    readonly log: AuditLog;
    readonly by: RunOrigin;
    readonly message: string;
  },
): Promise<void> {
  if (known.length === 0 && dead.length === 0) return;
  const stillOpen = async (snapshot: StateSnapshot) => {
    const open = new Set(
      (await readOpenAttempts(snapshot)).map(({ record }) => record),
    );
    return known.filter(({ attempt }) => open.has(attempt.record));
  };
  const stillDead = async (snapshot: StateSnapshot) => {
    const found: HeldLease[] = [];
    for (const lease of dead) {
      const now = heldLease(await readLease(snapshot, lease.host));
      if (now && sightKey(now) === sightKey(lease)) found.push(now);
    }
    return found;
  };
  await log.record({
    message,
    drafts: async (snapshot) => [
      ...(await stillOpen(snapshot)).map((each) => reconcileOf(each, by)),
      ...(await stillDead(snapshot)).map((lease) => freedOf(lease, by)),
    ],
    beside: async (snapshot) =>
      new Map([
        ...renderStatuses(
          (await stillOpen(snapshot)).flatMap(
            (each) => statusOfReconciled(each) ?? [],
          ),
        ),
        ...renderLeases((await stillDead(snapshot)).map(releaseLease)),
      ]),
  });
}

function freedOf({ host, fence, holder }: HeldLease, by: RunOrigin) {
  const before = { actor: holder.actor, run: holder.run, fence };
  const body = { change: 'freed', host, before, by };
  return { kind: 'lease' as const, fence, body };
}
