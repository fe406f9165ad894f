import { textOf } from '../drivers/host-problem.ts';
import { parseBackupName } from '../model/backup-name.ts';
import { parseReceipt, type Receipt } from '../model/receipt.ts';
import type { Finding } from '../model/verdict.ts';
import { backupProblem } from './backup-problem.ts';
import { askHost, type BackupSubject } from './backup-subject.ts';

/** One backup that lies on a host. */
export interface ListedBackup {
  /** Path on the host. */
  readonly path: string;
  readonly module: string;
  readonly takenAt: string;
  /** Undefined where there is none that can be read. */
  readonly receipt: Receipt | undefined;
}

export type ListResult =
  | {
      readonly kind: 'listed';
      readonly backups: readonly ListedBackup[];
      readonly free: number;
    }
  | { readonly kind: 'refused'; readonly refusal: Finding };

/** The backups of a module, the newest first. Nothing is read but names. */
export async function listBackups(subject: BackupSubject): Promise<ListResult> {
  const reply = await askHost(subject, { op: 'backup-list' });
  if (reply.kind === 'lost') {
    return { kind: 'refused', refusal: reply.finding };
  }
  const refusal = backupProblem(reply.fields, subject);
  if (refusal) return { kind: 'refused', refusal };
  const receipts = new Map(
    linesOf(textOf(reply.fields, 'receipts')).flatMap((line) => {
      const receipt = parseReceipt(line);
      return receipt ? [[receipt.backup, receipt] as const] : [];
    }),
  );
  const backups = linesOf(textOf(reply.fields, 'names')).flatMap((name) => {
    const parsed = parseBackupName(name);
    if (parsed?.module !== subject.release.module || !parsed.takenAt) return [];
    const path = `${subject.backupRoot}/${name}`;
    const takenAt = parsed.takenAt.toISOString();
    return [
      { path, module: parsed.module, takenAt, receipt: receipts.get(name) },
    ];
  });
  return {
    kind: 'listed',
    backups: backups.sort((a, b) => (a.takenAt < b.takenAt ? 1 : -1)),
    free: Number(textOf(reply.fields, 'free')) * 1024,
  };
}

function linesOf(text: string): readonly string[] {
  return text.split('\n').filter((line) => line !== '');
}
