import { posix } from 'node:path';
import { composeSettings } from '../drivers/compose/compose-subject.ts';
import type { Release } from '../drivers/driver.ts';
import { runtimeName, wholeSeconds } from '../drivers/release-fields.ts';
import { BACKUP_PROGRAM } from '../host/backup-program.ts';
import type { HostReply, HostSession } from '../host/host-session.ts';
import { encodeWords } from '../host/protocol.ts';
import type { BackupSettings } from '../model/backup-settings.ts';

/** Room for the connection and the host's own work. */
const MARGIN_MS = 180_000;

/** The data of one module on its host, and how the manifest says to keep it. */
export interface BackupSubject {
  readonly host: HostSession;
  /** What of the release counts here; its files are never asked for. */
  readonly release: Omit<Release, 'files'>;
  readonly settings: BackupSettings;
  /** Folder of the backups on the host. */
  readonly backupRoot: string;
}

/**
 * Sends one operation of the backup program, which travels with it like the
 * other one does.
 */
export function askHost(
  subject: BackupSubject,
  fields: { readonly op: string } & Readonly<Record<string, string>>,
): Promise<HostReply> {
  return subject.host.perform({
    fields: { ...subjectFields(subject), ...fields },
    program: BACKUP_PROGRAM,
    timeoutMs: backupTimeoutMs(subject),
  });
}

/** The longest that one operation may take before it is given up. */
export function backupTimeoutMs({ settings }: BackupSubject): number {
  return settings.timeout + MARGIN_MS;
}

function subjectFields({ backupRoot, host, release, settings }: BackupSubject) {
  const { host_dirs, host_files } = release.manifest;
  return {
    root: host.policy.runtime_root,
    runtime: runtimeName(release),
    module: release.module,
    path: host.commandPath,
    host_files: encodeWords(host_files),
    host_dirs: encodeWords(host_dirs),
    backup_root: backupRoot,
    class: settings.class,
    volumes: encodeWords(settings.volumes),
    paths: encodeWords(settings.paths),
    excludes: encodeWords(settings.excludes.map(hostPattern)),
    quiesce: settings.quiesce,
    service: encodeWords(settings.service ? [settings.service] : []),
    database: encodeWords(settings.database ? [settings.database] : []),
    db_user: encodeWords(settings.user ? [settings.user] : []),
    timeout: wholeSeconds(settings.timeout),
    ...forgejoFields(settings),
    ...composeFields(release),
  };
}

/** A host whose program is older knows these keys for no other class. */
function forgejoFields(settings: BackupSettings): Record<string, string> {
  if (settings.class !== 'forgejo') return {};
  const { database_file = '', database_service } = settings;
  return {
    excludes: encodeWords([
      ...settings.excludes.map(hostPattern),
      ...databaseFiles(database_file),
    ]),
    database_file,
    database_service: encodeWords(database_service ? [database_service] : []),
    repositories: settings.repositories ?? posix.join('git', 'repositories'),
  };
}

/** The archive has its backup instead: beside that, a stale journal is harm. */
function databaseFiles(file: string): readonly string[] {
  if (file === '') return [];
  return ['', '-wal', '-shm', '-journal'].map((ending) => file + ending);
}

function composeFields(release: BackupSubject['release']) {
  if (release.manifest.driver !== 'compose') return {};
  const { files, project, projectDirectory, services } =
    composeSettings(release);
  // The old folder stands for that of the compose file; ours may be below it.
  const inner = posix.relative(posix.dirname(files[0] ?? ''), release.folder);
  return {
    project,
    services: encodeWords(services ?? []),
    project_directory:
      projectDirectory === '' || inner.startsWith('..')
        ? ''
        : posix.join(projectDirectory, inner),
  };
}

/** For tar a single `*` already goes across folders. */
function hostPattern(glob: string): string {
  return glob.replaceAll(/(?:\*\*\/)?\*\*\/?/g, '*');
}
