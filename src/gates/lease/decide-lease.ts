import {
  type HeldLease,
  heldLease,
  type LeaseRecord,
} from '../../model/lease.ts';
import { type Finding, finding } from '../../model/verdict.ts';

/** After the forge called a run over, what it began may still be going on. */
export const GRACE_MS = 300_000;

/** What the forge says about the run that holds a lease. */
export type RunState = 'over' | 'going' | 'unknown';

/** How long one and the same state of a lease has been looked at. */
export interface Sight {
  /** As `sightKey` names it. */
  readonly key: string;
  /** By the clock of who looks, one that only goes forward. */
  readonly forMs: number;
}

export type LeaseDecision =
  | {
      readonly kind: 'take';
      readonly how: 'free' | 'own' | 'expired' | 'run-over';
    }
  /** Looking again later may help. */
  | { readonly kind: 'wait'; readonly finding: Finding; readonly forMs: number }
  | { readonly kind: 'blocked'; readonly finding: Finding };

interface LeaseFacts {
  readonly host: string;
  readonly record: LeaseRecord;
  /** Id of the job that asks. */
  readonly self: string;
  readonly sight: Sight | undefined;
  readonly run: RunState;
}

/**
 * What is watched to see whether a holder lives. A holder that renews, or
 * another one that took over, begins a new sight.
 */
export function sightKey({ fence, holder }: HeldLease): string {
  return `${fence}/${holder.id}/${holder.renewals}`;
}

/**
 * Whether the lease of a host may be taken. The times in it are by somebody
 * else's clock and decide nothing: a lease is dead once it was watched for its
 * whole length without a sign of life.
 */
export function decideLease(facts: LeaseFacts): LeaseDecision {
  const { host, record, self } = facts;
  if (record.kind === 'unreadable') {
    const reason = `The lease of ${host} cannot be read (${record.why}), so it counts as held`;
    return { kind: 'blocked', finding: finding('lease/unreadable', reason) };
  }
  const lease = heldLease(record);
  if (!lease) return { kind: 'take', how: 'free' };
  if (lease.holder.id === self) return { kind: 'take', how: 'own' };
  return decideForeign(lease, facts);
}

function decideForeign(
  lease: HeldLease,
  { host, sight, run }: LeaseFacts,
): LeaseDecision {
  const watched = sight?.key === sightKey(lease) ? sight.forMs : 0;
  const { duration_ms: duration } = lease.holder;
  if (watched >= duration) return { kind: 'take', how: 'expired' };
  if (run === 'over' && watched >= GRACE_MS) {
    return { kind: 'take', how: 'run-over' };
  }
  const needed = run === 'over' ? Math.min(GRACE_MS, duration) : duration;
  const reason = `${host} is held by ${describeHolder(lease)}`;
  const remedy = `Wait until it has ended and run the job again. Where nobody is at it any more: apply-gates unlock ${host} --reason <why>`;
  return {
    kind: 'wait',
    finding: finding('lease/held', reason, { remedy }),
    forMs: needed - watched,
  };
}

/** Who holds a lease, since when by their own clock, and why. */
export function describeHolder({ fence, holder }: HeldLease): string {
  const { actor, run, reason, taken_at, expires_at } = holder;
  const why = reason === null ? '' : `, ${JSON.stringify(reason)}`;
  const which = run.url || `${run.id}, attempt ${run.attempt}`;
  return `${JSON.stringify(actor)} (run ${which}${why}) since ${taken_at}, until ${expires_at} unless renewed, fence ${fence}`;
}
