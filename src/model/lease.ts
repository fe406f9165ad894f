import * as z from 'zod';
import { moduleIdSchema } from './identifiers.ts';
import { timestampSchema } from './plan.ts';
import { runIdentitySchema } from './status.ts';

/** What one lane holds a host for, unless it says that it lives. */
export const LEASE_MS = 15 * 60_000;
/** Longest that a person may lock a host for; beyond it there is a freeze. */
export const MAX_LEASE_MS = 24 * 60 * 60_000;
/** Far more than there will be; every program on the way counts this far. */
export const MAX_FENCE = 999_999_999_999_999;

const holderSchema = z.strictObject({
  /** Random, one for each job: a run may have several. */
  id: z.string().regex(/^[0-9a-f]{32}$/),
  run: runIdentitySchema,
  actor: z.string().max(255),
  /** Why a person locked it; null where a lane is at it. */
  reason: z.string().max(1000).nullable(),
  duration_ms: z.int().min(1).max(MAX_LEASE_MS),
  /** Counts up whenever the holder says that it lives. */
  renewals: z.int().min(0),
  /** By the clock of the holder; told to people, and decides nothing. */
  taken_at: timestampSchema,
  expires_at: timestampSchema,
});

export type LeaseHolder = z.output<typeof holderSchema>;

/** `state/leases/<host>.json` on the state branch: who may change a host. */
export const leaseSchema = z.strictObject({
  schema: z.literal(1),
  host: moduleIdSchema,
  /** Number of the last lease; stays when it is released. */
  fence: z.int().min(0).max(MAX_FENCE),
  holder: holderSchema.nullable(),
});

export type Lease = z.output<typeof leaseSchema>;

/** A lease that somebody holds. */
export type HeldLease = Lease & { readonly holder: LeaseHolder };

/** A lease file as it was found. One that cannot be read is somebody's. */
export type LeaseRecord =
  | { readonly kind: 'absent' }
  | { readonly kind: 'read'; readonly lease: Lease }
  | { readonly kind: 'unreadable'; readonly why: string };

/** Where the lease of a host is kept on the state branch. */
export function leasePath(host: string): string {
  return `state/leases/${host}.json`;
}

/** The lease where somebody holds it. */
export function heldLease(record: LeaseRecord): HeldLease | undefined {
  if (record.kind !== 'read') return undefined;
  const { holder } = record.lease;
  return holder === null ? undefined : { ...record.lease, holder };
}
