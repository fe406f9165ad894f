import {
  BACKUP_SUFFIXES,
  type BackupSuffix,
  backupStamp,
  parseBackupName,
} from '../../model/backup-name.ts';
import type { Finding } from '../../model/verdict.ts';

/** What a backup reference is held against. */
export interface BackupExpectation {
  readonly module: string;
  /** Folder of the backups on the module's host. */
  readonly backupRoot: string;
  readonly now: Date;
  readonly maxAgeMs: number;
}

export interface BackupReference {
  /** What is wrong with it; nothing where it can be relied on. */
  readonly problems: readonly Pick<Finding, 'code' | 'reason'>[];
  readonly takenAt?: Date;
}

/** Reads `<backup_root>/<module>-<YYYYMMDDTHHMMSSZ>.<suffix>`. */
export function parseBackupReference(
  text: string | undefined,
  expected: BackupExpectation,
): BackupReference {
  const invalid = (reason: string): BackupReference => ({
    problems: [{ code: 'stateful/backup-ref-invalid', reason }],
  });
  if (text === undefined) {
    const reason = `No backup of ${expected.module} was named in backup_ref`;
    return { problems: [{ code: 'stateful/backup-ref-missing', reason }] };
  }
  const shown = JSON.stringify(text);
  const form = `${expected.backupRoot}/${expected.module}-<YYYYMMDDTHHMMSSZ>.<suffix>`;
  const folder = `${expected.backupRoot}/`;
  const name = text.startsWith(folder) ? text.slice(folder.length) : '';
  const parsed = parseBackupName(name);
  if (!parsed) {
    return invalid(
      `backup_ref ${shown} is not of the form ${form} with a suffix of ${BACKUP_SUFFIXES.join(', ')}`,
    );
  }
  const { module, stamp, takenAt } = parsed;
  if (!takenAt) {
    return invalid(`backup_ref ${shown}: ${stamp} is not a time that exists`);
  }
  const age = expected.now.getTime() - takenAt.getTime();
  if (age < 0) {
    return invalid(`backup_ref ${shown}: ${stamp} is in the future`);
  }
  const problems: Pick<Finding, 'code' | 'reason'>[] = [];
  if (module !== expected.module) {
    problems.push({
      code: 'stateful/backup-ref-other-module',
      reason: `backup_ref ${shown} is a backup of ${module}, not of ${expected.module}`,
    });
  }
  if (age > expected.maxAgeMs) {
    problems.push({
      code: 'stateful/backup-stale',
      reason: `The backup of ${stamp} is ${wholeMinutes(age)} minutes old; stateful.max_age is ${wholeMinutes(expected.maxAgeMs)} minutes`,
    });
  }
  return { problems, takenAt };
}

/** Where a backup that is taken at `when` belongs. */
export function formatBackupReference(
  place: { readonly module: string; readonly backupRoot: string },
  when: Date,
  suffix: BackupSuffix,
): string {
  return `${place.backupRoot}/${place.module}-${backupStamp(when)}.${suffix}`;
}

function wholeMinutes(milliseconds: number): number {
  return Math.floor(milliseconds / 60_000);
}
