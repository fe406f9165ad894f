import type { HeldLease, Lease } from '../../../src/model/lease.ts';
import type { HostMoment } from './lease-hosts.ts';

/** The lease of one host as one commit of the state branch left it. */
export interface LeaseMoment {
  readonly lease: Lease;
  /** Seconds: just before, and just after it was there for all to see. */
  readonly before: number;
  readonly after: number;
}

/** What became of one host. */
export interface HostHistory {
  readonly host: string;
  /** Each state of the lease that differs from the one before. */
  readonly leases: readonly LeaseMoment[];
  readonly moments: readonly HostMoment[];
  /** Fences on record, with the run that acted under them. */
  readonly entries: readonly { readonly fence: number; readonly run: string }[];
}

export interface HistoryFigures {
  readonly taken: number;
  readonly overtaken: number;
  readonly changes: number;
  /** Seconds that a silent lease stood beyond its length, at most. */
  readonly overdue: number;
  readonly problems: readonly string[];
}

/**
 * Holds a history to the model: a fence has one holder and never goes back; a
 * lease is taken from its holder only after its whole length without a sign of
 * life; a host is changed by one at a time, by the holder of the fence it was
 * told, and never under a fence below one that it has seen.
 */
export function judgeHistory(history: HostHistory): HistoryFigures {
  const problems: string[] = [];
  const say = (problem: string) => problems.push(`${history.host}: ${problem}`);
  const holders = new Map<number, HeldLease>();
  const { overtaken, overdue } = judgeLeases(history.leases, holders, say);
  judgeChanges(history.moments, holders, say);
  for (const { fence, run } of history.entries) {
    const holder = holders.get(fence)?.holder;
    if (holder?.run.id !== run) {
      say(`run ${run} is on record under fence ${fence}, which it never had`);
    }
  }
  const changes = history.moments.filter(({ what }) => what === 'begin').length;
  return { taken: holders.size, overtaken, overdue, changes, problems };
}

type Say = (problem: string) => void;

function judgeLeases(
  leases: readonly LeaseMoment[],
  holders: Map<number, HeldLease>,
  say: Say,
) {
  let overtaken = 0;
  let overdue = 0;
  let last: LeaseMoment | undefined;
  for (const moment of leases) {
    const { lease } = moment;
    const { fence, holder } = lease;
    const old = last?.lease;
    if (old && fence < old.fence) say(`fence ${fence} follows ${old.fence}`);
    if (holder === null && fence !== old?.fence) {
      say(`fence ${fence} was released by who did not hold it`);
    }
    const known = holders.get(fence);
    if (holder && known && known.holder.id !== holder.id) {
      say(`fence ${fence} has two holders`);
    }
    if (holder && !known) holders.set(fence, { ...lease, holder });
    if (last && old?.holder && holder && old.holder.id !== holder.id) {
      overtaken += 1;
      const late = moment.after - last.before - old.holder.duration_ms / 1_000;
      if (late < 0) say(`fence ${fence} was taken ${-late} s too early`);
      overdue = Math.max(overdue, late);
    }
    last = moment;
  }
  return { overtaken, overdue };
}

function judgeChanges(
  moments: readonly HostMoment[],
  holders: ReadonlyMap<number, HeldLease>,
  say: Say,
): void {
  let begun: HostMoment | undefined;
  let highest = 0;
  for (const moment of moments) {
    const { what, fence, holder } = moment;
    const nested = what === 'begin' ? begun !== undefined : begun === undefined;
    if (nested) say(`two changes at once, at fence ${fence}`);
    if (what === 'end' && begun && begun.fence !== fence) {
      say(`the fence went from ${begun.fence} to ${fence} during a change`);
    }
    begun = what === 'begin' ? moment : undefined;
    if (fence < highest) say(`changed under ${fence} after ${highest}`);
    highest = Math.max(highest, fence);
    if (holders.get(fence)?.holder.id !== holder) {
      say(`changed under fence ${fence} by who never held it`);
    }
  }
  if (begun) say(`a change under fence ${begun.fence} has no end`);
}
