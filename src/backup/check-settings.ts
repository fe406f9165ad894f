import type { BackupSettings } from '../model/backup-settings.ts';
import type { Manifest } from '../model/manifest.ts';
import { type Finding, finding } from '../model/verdict.ts';

/** Keys that only some classes take, with those. */
const KEYS: ReadonlyMap<keyof BackupSettings, readonly string[]> = new Map([
  ['paths', ['files', 'sqlite', 'forgejo']],
  ['excludes', ['files', 'volume', 'forgejo']],
  ['quiesce', ['files', 'volume', 'forgejo']],
  ['database', ['postgres', 'forgejo']],
  ['user', ['postgres', 'forgejo']],
  ['database_file', ['forgejo']],
  ['database_service', ['forgejo']],
  ['repositories', ['forgejo']],
]);

/**
 * What keeps a manifest from saying how its module is backed up. A manifest is
 * valid all the same: only who wants a backup has to know.
 */
export function checkSettings(manifest: Manifest): Finding | undefined {
  const { backup, id } = manifest;
  const refused = (reason: string) =>
    finding('backup/not-configured', reason, { module: id });
  if (!backup) {
    return refused(`The manifest of ${id} does not say how it is backed up`);
  }
  for (const [key, classes] of KEYS) {
    if (isSet(backup[key]) && !classes.includes(backup.class)) {
      return refused(
        `${id}: backup.${key} is not used with class: ${backup.class}, only with ${classes.join(', ')}`,
      );
    }
  }
  if (backup.class === 'sqlite' && backup.paths.length !== 1) {
    return refused(
      `${id}: class: sqlite takes the one file of the database in backup.paths`,
    );
  }
  if (backup.class === 'forgejo') {
    const wrong = wrongForgejo(backup);
    if (wrong) return refused(`${id}: class: forgejo ${wrong}`);
  }
  if (manifest.driver === 'command' && backup.class !== 'files') {
    return backup.class === 'sqlite'
      ? undefined
      : refused(`${id}: class: ${backup.class} needs driver: compose`);
  }
  return undefined;
}

/** Its database is one of two kinds, and its data lies in one of two. */
function wrongForgejo(backup: BackupSettings): string | undefined {
  const { database_file, database_service } = backup;
  if ((database_file === undefined) === (database_service === undefined)) {
    return 'takes either backup.database_file (SQLite) or backup.database_service (PostgreSQL)';
  }
  if (database_file !== undefined && (backup.database ?? backup.user)) {
    return 'uses backup.database and backup.user only with backup.database_service';
  }
  if (backup.volumes.length > 0 && backup.paths.length > 0) {
    return 'takes backup.volumes or backup.paths, not both';
  }
  return undefined;
}

function isSet(value: BackupSettings[keyof BackupSettings]): boolean {
  return Array.isArray(value)
    ? value.length > 0
    : value !== undefined && value !== 'none';
}
