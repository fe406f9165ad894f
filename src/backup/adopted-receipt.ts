import type { BackupName } from '../model/backup-name.ts';
import type { Receipt } from '../model/receipt.ts';
import type { RunIdentity } from '../model/status.ts';
import type { BackupSubject } from './backup-subject.ts';
import type { FoundBackup } from './check-backup.ts';

/** What is known of a backup that something else took, at its name's time. */
export function adoptedReceipt(
  { host, release, settings }: BackupSubject,
  name: BackupName & { readonly takenAt: Date; readonly file: string },
  found: FoundBackup,
  run: RunIdentity,
): Receipt {
  return {
    schema: 1,
    module: release.module,
    class: settings.class,
    host: host.name,
    taken_at: `${name.takenAt.toISOString().slice(0, 19)}Z`,
    sha: release.sha,
    tree: release.tree,
    run,
    excludes: [],
    adopted: true,
    backup: name.file,
    volumes: [],
    method: 'adopted',
    consistency: 'unknown',
    size: found.size,
    sha256: found.sha256,
    counts: found.counts,
    tools: {},
    host_time: '',
    verified_at: null,
  };
}
