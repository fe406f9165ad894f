import type { Receipt } from '../model/receipt.ts';
import { openRepositoryAudit } from '../repository/repository-audit.ts';
import { findStatePlace, openStateAt } from '../repository/state-place.ts';
import type { Ports } from './step.ts';

interface BackupRecord {
  readonly action: 'taken' | 'adopted' | 'verified';
  /** Path of the backup on its host. */
  readonly path: string;
  readonly receipt: Receipt;
}

export interface RecordInputs {
  readonly workingDirectory: string;
  readonly policyPath: string;
  readonly token: string | undefined;
  readonly stateSshKey: string | undefined;
}

/** Puts a backup into the audit log, with what its receipt says of it. */
export async function recordBackup(
  { action, path, receipt }: BackupRecord,
  inputs: RecordInputs,
  ports: Ports,
): Promise<void> {
  const { token, stateSshKey } = inputs;
  const place = await findStatePlace(ports, inputs);
  const state = await openStateAt(ports, place, inputs);
  const { actor, eventName, sha, job } = ports.context;
  try {
    await openRepositoryAudit(ports, state, [token, stateSshKey]).append({
      kind: 'backup',
      fence: null,
      body: {
        action,
        module: receipt.module,
        host: receipt.host,
        class: receipt.class,
        receipt: `${path}.receipt.json`,
        size: receipt.size,
        sha256: receipt.sha256,
        taken_at: receipt.taken_at,
        verified_at: receipt.verified_at,
        by: { actor, event: eventName, sha, job },
      },
    });
  } finally {
    state.close();
  }
}
