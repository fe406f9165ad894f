import type { HeldLease, Lease, LeaseHolder } from '../../model/lease.ts';

/** Who takes a lease, and for how long it counts without a sign of life. */
export interface Taker
  extends Pick<
    LeaseHolder,
    'id' | 'run' | 'actor' | 'reason' | 'duration_ms'
  > {}

/** The lease as its new holder writes it. */
export function takeLease(
  host: string,
  { taker, fence, at }: { taker: Taker; fence: number; at: Date },
): HeldLease {
  const times = stamp(at, taker.duration_ms);
  const holder = {
    ...taker,
    renewals: 0,
    taken_at: at.toISOString(),
    ...times,
  };
  return { schema: 1, host, fence, holder };
}

/** The same lease with a sign of life. */
export function renewLease(lease: HeldLease, at: Date): HeldLease {
  const { holder } = lease;
  const renewals = holder.renewals + 1;
  const times = stamp(at, holder.duration_ms);
  return { ...lease, holder: { ...holder, renewals, ...times } };
}

/** The lease without a holder; its number is never given again. */
export function releaseLease(lease: Lease): Lease {
  return { ...lease, holder: null };
}

function stamp(at: Date, durationMs: number): { readonly expires_at: string } {
  return { expires_at: new Date(at.getTime() + durationMs).toISOString() };
}
