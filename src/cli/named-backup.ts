import { type BackupName, parseBackupName } from '../model/backup-name.ts';
import { InputError } from '../model/errors.ts';

/** A backup as somebody named it by its path. */
export interface NamedBackup extends BackupName {
  readonly takenAt: Date;
  /** Its path on the host. */
  readonly path: string;
  /** Folder that it lies in. */
  readonly folder: string;
  readonly file: string;
}

/** Reads the path of a backup; refuses one that is not named like one. */
export function readNamedBackup(path: string): NamedBackup {
  const at = path.lastIndexOf('/');
  const file = path.slice(at + 1);
  const name = parseBackupName(file);
  if (at > 0 && name?.takenAt) {
    const { takenAt } = name;
    return { ...name, takenAt, path, file, folder: path.slice(0, at) };
  }
  throw new InputError(
    '<path>',
    path,
    '<backup_root>/<module>-<YYYYMMDDTHHMMSSZ>.<suffix>',
  );
}

/** The folder has to be that of the policy: no other one is looked into. */
export function requireBackupRoot(
  { folder, path }: NamedBackup,
  backupRoot: string,
): void {
  if (folder === backupRoot) return;
  throw new InputError('<path>', path, `a file in ${backupRoot}`);
}
