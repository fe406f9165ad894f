import type { Status } from '../../model/status.ts';
import { openRepositoryState } from '../../repository/repository-state.ts';
import type { Subject } from '../../repository/subject.ts';
import { readStatuses } from '../../state/status-store.ts';
import type { Ports } from '../step.ts';

/** What the remote knows: what was applied, and where its branches stand. */
export interface RemoteRecord {
  readonly statuses: ReadonlyMap<string, Status>;
  readonly remoteHeads: ReadonlyMap<string, string>;
}

/** Reads the state branch and the branches of the remote, in one go. */
export async function readRecord(
  ports: Ports,
  subject: Subject,
  token: string | undefined,
): Promise<RemoteRecord> {
  const { repository, policy } = subject;
  const { store, close } = await openRepositoryState(ports, {
    repository,
    branch: policy.state.branch,
    token,
  });
  try {
    const snapshot = await store.fetch();
    const statuses = await readStatuses(snapshot);
    return { statuses, remoteHeads: snapshot.remoteHeads };
  } finally {
    close();
  }
}
