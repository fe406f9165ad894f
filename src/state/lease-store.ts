import {
  type Lease,
  type LeaseRecord,
  leasePath,
  leaseSchema,
} from '../model/lease.ts';
import { readDocument } from './read-document.ts';
import type { StateSnapshot } from './snapshot.ts';
import type { StateChange } from './state-change.ts';

const FOLDER = 'state/leases/';

/** The lease of one host as the branch has it. */
export async function readLease(
  snapshot: StateSnapshot,
  host: string,
): Promise<LeaseRecord> {
  const path = leasePath(host);
  if (!snapshot.list(path).includes(path)) return { kind: 'absent' };
  const read = await readDocument(snapshot, path, leaseSchema);
  if (!read.ok) return { kind: 'unreadable', why: read.why };
  const lease = read.value;
  return lease.host === host
    ? { kind: 'read', lease }
    : { kind: 'unreadable', why: `it speaks about ${lease.host}` };
}

/** Every lease there is a file of, by host. */
export async function readLeases(
  snapshot: StateSnapshot,
): Promise<ReadonlyMap<string, LeaseRecord>> {
  const leases = new Map<string, LeaseRecord>();
  for (const path of snapshot.list(FOLDER)) {
    const host = path.slice(FOLDER.length).replace(/\.json$/, '');
    leases.set(host, await readLease(snapshot, host));
  }
  return leases;
}

/** The change that records leases, for a commit to the branch. */
export function renderLeases(leases: readonly Lease[]): StateChange {
  return new Map(
    leases.map((lease) => [
      leasePath(lease.host),
      `${JSON.stringify(leaseSchema.parse(lease), undefined, 2)}\n`,
    ]),
  );
}
