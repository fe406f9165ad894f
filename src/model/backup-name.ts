import type { BackupSettings } from './backup-settings.ts';
import { isModuleId } from './identifiers.ts';

/** Endings that a backup may have. */
export const BACKUP_SUFFIXES = [
  'tar.gz',
  'tar.zst',
  'tar',
  'sql.gz',
  'dump',
  'rdb',
  'sqlite.gz',
] as const;

export type BackupSuffix = (typeof BACKUP_SUFFIXES)[number];

/** How a backup of a class may end, the usual one first. */
export const SUFFIXES_OF_CLASS: Readonly<
  Record<BackupSettings['class'], readonly [BackupSuffix, ...BackupSuffix[]]>
> = {
  // Also for what has no class of its own: a person adopts such a dump.
  files: ['tar.gz', 'tar.zst', 'tar', 'sql.gz'],
  volume: ['tar.gz', 'tar.zst', 'tar'],
  sqlite: ['sqlite.gz'],
  postgres: ['dump', 'sql.gz'],
  redis: ['rdb'],
  forgejo: ['tar.gz', 'tar.zst', 'tar'],
};

/** What the name of a backup says. */
export interface BackupName {
  readonly module: string;
  /** `YYYYMMDDTHHMMSSZ` */
  readonly stamp: string;
  /** Undefined where there is no such time. */
  readonly takenAt: Date | undefined;
  readonly suffix: BackupSuffix;
}

/**
 * Reads `<module>-<YYYYMMDDTHHMMSSZ>.<suffix>`; undefined for anything else.
 * The stamp and the suffix are cut off from the right and have a fixed form,
 * so that an id with hyphens, or one that begins like another, cannot be
 * mistaken.
 */
export function parseBackupName(name: string): BackupName | undefined {
  const [, module = '', stamp = '', ending] = NAME_PATTERN.exec(name) ?? [];
  const suffix = BACKUP_SUFFIXES.find((each) => each === ending);
  if (suffix === undefined || !isModuleId(module)) return undefined;
  return { module, stamp, takenAt: parseStamp(stamp), suffix };
}

/** `YYYYMMDDTHHMMSSZ`, as the name of a backup has it. */
export function backupStamp(when: Date): string {
  return when.toISOString().replace(/[-:]|\.\d+/g, '');
}

const NAME_PATTERN = new RegExp(
  `^(.{1,63})-([0-9]{8}T[0-9]{6}Z)\\.(${BACKUP_SUFFIXES.join('|').replaceAll('.', '\\.')})$`,
);

/** A real time of the calendar: no 31st of February, no leap second. */
function parseStamp(stamp: string): Date | undefined {
  const iso = stamp.replace(
    /^(....)(..)(..)T(..)(..)(..)Z$/,
    '$1-$2-$3T$4:$5:$6.000Z',
  );
  const time = new Date(iso);
  return Number.isNaN(time.getTime()) || time.toISOString() !== iso
    ? undefined
    : time;
}
