import { type LeaseRecord, MAX_FENCE } from '../../model/lease.ts';
import { type Finding, finding } from '../../model/verdict.ts';

/** Leases that may have been taken without one of them reaching the host. */
export const MAX_FENCE_JUMP = 1_000;

interface FenceFacts {
  readonly host: string;
  /** A lease that can be read. */
  readonly record: Exclude<LeaseRecord, { readonly kind: 'unreadable' }>;
  /** Highest that the host has seen; undefined where it was not asked. */
  readonly seen: number | undefined;
}

/**
 * The number of the next lease: above all that branch and host have seen, so
 * that a branch which was deleted cannot turn it back. Numbers too far apart
 * are somebody's mistake, and following it would use up the numbers. Where one
 * of the two knows none, there is nothing to compare.
 */
export function nextFence({
  host,
  record,
  seen = 0,
}: FenceFacts):
  | { readonly ok: true; readonly fence: number }
  | { readonly ok: false; readonly finding: Finding } {
  const known = record.kind === 'read' ? record.lease.fence : 0;
  const apart = known > 0 && seen > 0 ? Math.abs(known - seen) : 0;
  const fence = Math.max(known, seen) + 1;
  if (apart <= MAX_FENCE_JUMP && fence <= MAX_FENCE) return { ok: true, fence };
  const reason = `The state branch has fence ${known} for ${host}, and the host has seen ${seen}: more than ${MAX_FENCE_JUMP} apart, or beyond all numbers`;
  const remedy = `Find out who wrote the higher one. Once no run is at the host: apply-gates unlock ${host} --reset-fence --reason <why>`;
  return {
    ok: false,
    finding: finding('lease/fence-jump', reason, { remedy }),
  };
}
