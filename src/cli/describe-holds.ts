import { isOver } from '../gates/freeze/decide-freeze.ts';
import { describeHolder } from '../gates/lease/decide-lease.ts';
import { describeScope } from '../model/freeze.ts';
import { heldLease } from '../model/lease.ts';
import { readFreezes } from '../state/freeze-store.ts';
import { readLeases } from '../state/lease-store.ts';
import type { StateSnapshot } from '../state/snapshot.ts';

/** What holds applies up now, and the way out of each. */
export interface Hold {
  readonly what: 'lease' | 'freeze';
  readonly on: string;
  readonly reason: string;
  readonly way_out: string;
}

/** Leases that somebody holds, and freezes that count. */
export async function describeHolds(
  snapshot: StateSnapshot,
  now: Date,
): Promise<readonly Hold[]> {
  return [
    ...(await describeLeases(snapshot, now)),
    ...(await describeFreezes(snapshot, now)),
  ];
}

export function formatHold({ what, on, reason, way_out }: Hold): string {
  return `${what} of ${on}: ${reason} · ${way_out}`;
}

async function describeLeases(
  snapshot: StateSnapshot,
  now: Date,
): Promise<Hold[]> {
  return [...(await readLeases(snapshot))].flatMap(([host, record]): Hold[] => {
    const unlock = `apply-gates unlock ${host} --reason <why>`;
    const hold = { what: 'lease', on: host } as const;
    if (record.kind === 'unreadable') {
      const reason = `cannot be read (${record.why}), so it counts as held`;
      return [{ ...hold, reason, way_out: unlock }];
    }
    const lease = heldLease(record);
    if (!lease) return [];
    const began = Date.parse(lease.holder.taken_at);
    const minutes = Math.max(0, Math.round((now.getTime() - began) / 60_000));
    const reason = `held by ${describeHolder(lease)}; ${minutes} min old`;
    const way_out = `it is free once it ended, or was seen unrenewed for its whole length; where nobody is at it: ${unlock}`;
    return [{ ...hold, reason, way_out }];
  });
}

async function describeFreezes(
  snapshot: StateSnapshot,
  now: Date,
): Promise<Hold[]> {
  const records = await readFreezes(snapshot);
  return records
    .filter((record) => !isOver(record, now))
    .map((record): Hold => {
      const read = record.kind === 'read';
      const scope = read ? record.freeze.scope : record.scope;
      const option =
        scope.kind === 'all' ? '--all' : `--${scope.kind} ${scope.name}`;
      const way_out = `apply-gates unfreeze ${option} --reason <why>`;
      const reason = read
        ? `${JSON.stringify(record.freeze.reason)}, by ${JSON.stringify(record.freeze.author)} since ${record.freeze.since}${record.freeze.until === null ? '' : `, until ${record.freeze.until}`}`
        : `${record.path} cannot be read (${record.why})`;
      return { what: 'freeze', on: describeScope(scope), reason, way_out };
    });
}
