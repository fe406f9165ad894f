import { recordBackup } from '../../actions/record-backup.ts';
import {
  refusalOf,
  withBackupSubject,
} from '../../actions/with-backup-subject.ts';
import { adoptedReceipt } from '../../backup/adopted-receipt.ts';
import type { BackupSubject } from '../../backup/backup-subject.ts';
import { checkBackup } from '../../backup/check-backup.ts';
import { noteReceipt } from '../../backup/note-receipt.ts';
import { judgeAdoption } from '../../gates/stateful/judge-backup.ts';
import { SUFFIXES_OF_CLASS } from '../../model/backup-name.ts';
import type { Receipt } from '../../model/receipt.ts';
import type { RunIdentity } from '../../model/status.ts';
import { finding, passVerdict } from '../../model/verdict.ts';
import {
  type NamedBackup,
  readNamedBackup,
  requireBackupRoot,
} from '../named-backup.ts';
import type { Terminal } from '../terminal.ts';
import { withBackupRun } from '../with-backup-run.ts';
import type { RepositoryOptions } from './options.ts';

interface AdoptOptions extends RepositoryOptions {
  readonly sshKeyFile?: string;
  readonly dryRun?: boolean;
}

/** Vouches for a backup that something else took: checks it, and notes it. */
export function backupAdopt(path: string, options: AdoptOptions) {
  return (terminal: Terminal): Promise<number> => {
    const named = readNamedBackup(path);
    return withBackupRun(options, terminal, async (local) => {
      const { inputs, run } = local;
      const subject = await local.subject();
      const receipt = await withBackupSubject(
        { subject, module: named.module, inputs },
        run.ports,
        (backups) =>
          adopt(backups, named, {
            run: run.ports.context.identity,
            dryRun: options.dryRun === true,
          }),
      );
      if (!options.dryRun) {
        const record = { action: 'adopted', path, receipt } as const;
        await recordBackup(record, inputs, run.ports);
      }
      const verdict = passVerdict(
        { gate: 'backup-adopt', sha: subject.head },
        options.dryRun ? 'backup/ready' : 'backup/adopted',
        `${path} ${options.dryRun ? 'would get' : 'has'} a receipt: ${receipt.size} bytes, SHA-256 ${receipt.sha256}`,
        { modules: [named.module], evidence: { receipt } },
      );
      terminal.verdict(verdict);
      terminal.document({ verdict });
      return 0;
    });
  };
}

async function adopt(
  backups: BackupSubject,
  named: NamedBackup,
  { dryRun, run }: { readonly dryRun: boolean; readonly run: RunIdentity },
): Promise<Receipt> {
  requireBackupRoot(named, backups.backupRoot);
  const { settings } = backups;
  if (!SUFFIXES_OF_CLASS[settings.class].includes(named.suffix)) {
    const reason = `${named.path} does not end as a backup of the class ${settings.class} does: ${SUFFIXES_OF_CLASS[settings.class].join(', ')}`;
    throw refusalOf(finding('stateful/backup-ref-invalid', reason));
  }
  const checked = await checkBackup(backups, named.file);
  if (checked.kind === 'refused') throw refusalOf(checked.refusal);
  const [problem] = judgeAdoption(checked.found, named.path);
  if (problem) throw refusalOf(finding(problem.code, problem.reason));
  const receipt = adoptedReceipt(backups, named, checked.found, run);
  const refusal = dryRun
    ? undefined
    : await noteReceipt(backups, receipt, undefined);
  if (refusal) throw refusalOf(refusal);
  return receipt;
}
