import type { Status } from '../model/status.ts';
import { openStateAt, type StateAccess } from '../repository/state-place.ts';
import type { Subject } from '../repository/subject.ts';
import { readStatuses } from '../state/status-store.ts';
import type { Ports } from './step.ts';

/** What the remote knows: what was applied, and where its branches stand. */
export interface RemoteRecord {
  readonly statuses: ReadonlyMap<string, Status>;
  readonly remoteHeads: ReadonlyMap<string, string>;
}

/** Reads the state branch and the branches of the remote, in one go. */
export async function readRecord(
  ports: Ports,
  subject: Subject,
  access: StateAccess,
): Promise<RemoteRecord> {
  const { store, close } = await openStateAt(ports, subject, access);
  try {
    const snapshot = await store.fetch();
    const statuses = await readStatuses(snapshot);
    return { statuses, remoteHeads: snapshot.remoteHeads };
  } finally {
    close();
  }
}
