import { textOf } from '../drivers/host-problem.ts';
import { type Finding, finding } from '../model/verdict.ts';
import { backupProblem } from './backup-problem.ts';
import { askHost, type BackupSubject } from './backup-subject.ts';
import { readCounts } from './check-backup.ts';

export type RehearsalResult =
  | {
      readonly kind: 'restored';
      /** What was found after it: rows, keys, files. */
      readonly counts: Readonly<Record<string, number>>;
    }
  | { readonly kind: 'refused'; readonly refusal: Finding };

/**
 * Has the host restore a backup into a place of its own, and take that away
 * again. What the backup is known to hold has to be there.
 */
export async function rehearseRestore(
  subject: BackupSubject,
  file: string,
  known: Readonly<Record<string, number>>,
): Promise<RehearsalResult> {
  const reply = await askHost(subject, { op: 'backup-restore', file });
  if (reply.kind === 'lost') {
    return { kind: 'refused', refusal: reply.finding };
  }
  const refusal = backupProblem(reply.fields, subject);
  if (refusal) return { kind: 'refused', refusal };
  const counts = readCounts(textOf(reply.fields, 'counts'));
  const short = findShort(known, counts);
  if (short === undefined) return { kind: 'restored', counts };
  const reason = `${file} holds ${known[short]} ${short}, and ${counts[short] ?? 'none'} were there after the restore`;
  const { module } = subject.release;
  return {
    kind: 'refused',
    refusal: finding('backup/not-restorable', reason, { module }),
  };
}

/** Keys may have expired since; all else that was counted has to be there. */
function findShort(
  known: Readonly<Record<string, number>>,
  counts: Readonly<Record<string, number>>,
): string | undefined {
  return Object.keys(known).find((name) => {
    const expiring = name === 'keys' && known['expires'] !== 0;
    return !expiring && counts[name] !== known[name];
  });
}
