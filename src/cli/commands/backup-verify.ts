import { recordBackup } from '../../actions/record-backup.ts';
import {
  refusalOf,
  withBackupSubject,
} from '../../actions/with-backup-subject.ts';
import type { BackupSubject } from '../../backup/backup-subject.ts';
import { checkBackup } from '../../backup/check-backup.ts';
import { noteReceipt } from '../../backup/note-receipt.ts';
import { rehearseRestore } from '../../backup/rehearse-restore.ts';
import { judgeBackup } from '../../gates/stateful/judge-backup.ts';
import type { Receipt } from '../../model/receipt.ts';
import {
  exitStatusOfVerdict,
  finding,
  passVerdict,
  type Verdict,
} from '../../model/verdict.ts';
import {
  type NamedBackup,
  readNamedBackup,
  requireBackupRoot,
} from '../named-backup.ts';
import type { Terminal } from '../terminal.ts';
import { withBackupRun } from '../with-backup-run.ts';
import type { RepositoryOptions } from './options.ts';

interface VerifyOptions extends RepositoryOptions {
  readonly sshKeyFile?: string;
  readonly restore?: boolean;
}

/**
 * Checks a backup as the gate does; with --restore also that it can be
 * restored, which its receipt then says.
 */
export function backupVerify(path: string, options: VerifyOptions) {
  return (terminal: Terminal): Promise<number> => {
    const named = readNamedBackup(path);
    return withBackupRun(options, terminal, async (local) => {
      const { inputs, run } = local;
      const subject = await local.subject();
      const { receipt, text } = await withBackupSubject(
        { subject, module: named.module, inputs },
        run.ports,
        (backups) => verify(backups, named),
      );
      const about = { gate: 'backup-verify', sha: subject.head };
      const said = `${path} is what its receipt says: ${receipt.size} bytes, SHA-256 ${receipt.sha256}`;
      if (!options.restore) {
        const evidence = { receipt };
        return conclude(
          passVerdict(about, 'backup/verified', said, { evidence }),
          terminal,
        );
      }
      const verified = {
        ...receipt,
        verified_at: run.ports.clock.now().toISOString(),
      };
      const counts = await withBackupSubject(
        { subject, module: named.module, inputs },
        run.ports,
        (backups) => rehearse(backups, { receipt: verified, before: text }),
      );
      const record = { action: 'verified', path, receipt: verified } as const;
      await recordBackup(record, inputs, run.ports);
      return conclude(
        passVerdict(
          about,
          'backup/verified',
          `${said}; restored: ${describeCounts(counts)}`,
          { evidence: { receipt: verified, restored: counts } },
        ),
        terminal,
      );
    });
  };
}

function conclude(verdict: Verdict, terminal: Terminal): number {
  terminal.verdict(verdict);
  terminal.document({ verdict });
  return exitStatusOfVerdict(verdict);
}

/** The receipt of a backup that is what it says, and the text it was read from. */
async function verify(
  backups: BackupSubject,
  named: NamedBackup,
): Promise<{ readonly receipt: Receipt; readonly text: string }> {
  requireBackupRoot(named, backups.backupRoot);
  const checked = await checkBackup(backups, named.file);
  if (checked.kind === 'refused') throw refusalOf(checked.refusal);
  const judgement = judgeBackup(checked.found, {
    module: named.module,
    host: backups.host.name,
    class: backups.settings.class,
    path: named.path,
  });
  if (judgement.ok) {
    return { receipt: judgement.receipt, text: checked.found.receiptText };
  }
  const [{ code, reason }] = judgement.problems;
  throw refusalOf(finding(code, reason));
}

async function rehearse(
  backups: BackupSubject,
  { before, receipt }: { readonly before: string; readonly receipt: Receipt },
): Promise<Readonly<Record<string, number>>> {
  const result = await rehearseRestore(backups, receipt.backup, receipt.counts);
  if (result.kind === 'refused') throw refusalOf(result.refusal);
  const refusal = await noteReceipt(backups, receipt, before);
  if (refusal) throw refusalOf(refusal);
  return result.counts;
}

function describeCounts(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([name, count]) => `${count} ${name}`)
    .join(', ');
}
