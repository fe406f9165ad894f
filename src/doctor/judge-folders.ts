import {
  type DoctorFinding,
  fault,
  fine,
  unknown,
  type Values,
} from './finding.ts';
import type { HostFolder, HostLook } from './parse-look.ts';

const MIB = 1024;
const LOW_KIB = 1024 * MIB;
const NONE_KIB = 100 * MIB;

interface Place {
  readonly host: string;
  readonly path: string;
  readonly folder: HostFolder;
  readonly values: Values;
}

/** The folders of releases and backups on a host, and the space they have. */
export function judgeFolders(
  host: string,
  look: HostLook,
  paths: {
    readonly runtimeRoot: string;
    readonly backupRoot: string;
    readonly values: Values;
  },
): DoctorFinding[] {
  const place = (path: string, folder: HostFolder): Place => ({
    ...{ host, path, folder },
    values: { ...paths.values, path },
  });
  const runtime = place(paths.runtimeRoot, look.runtime_root);
  const backup = place(paths.backupRoot, look.backup_root);
  return [
    judgeRuntime(runtime, look.uid),
    judgeBackup(backup, look.uid),
    judgeSpace(runtime),
    // Below the other one it is, as a rule, the same space.
    ...(look.backup_root.freeKib === look.runtime_root.freeKib
      ? []
      : [judgeSpace(backup)]),
  ];
}

function judgeRuntime(place: Place, uid: number): DoctorFinding {
  const { host, path, folder, values } = place;
  const say = (outcome: 'link' | 'foreign' | 'open', reason: string) =>
    fault(`runtime-root/${outcome}`, host, reason, values);
  const basic = judgeKind('runtime-root', place);
  if (basic) return basic;
  if (folder.kind === 'link') return say('link', `${path} is a symlink`);
  if (folder.mode === undefined || folder.owner === undefined) {
    return unknown('runtime-root', host, `${path}: stat says nothing`, values);
  }
  if ((folder.mode & 0o022) !== 0) {
    return say('open', `${path} has the mode ${folder.mode.toString(8)}`);
  }
  // Root is there in any case.
  if (folder.owner !== uid && folder.owner !== 0) {
    return say('foreign', `${path} belongs to the user ${folder.owner}`);
  }
  if (!folder.writable) return unwritable('runtime-root', place);
  return fine('runtime-root', host, path);
}

/** As a backup itself judges it, which takes none where it is otherwise. */
function judgeBackup(place: Place, uid: number): DoctorFinding {
  const { host, path, folder, values } = place;
  const say = (outcome: 'no-folder' | 'foreign' | 'open', reason: string) =>
    fault(`backup-root/${outcome}`, host, reason, values);
  const basic = judgeKind('backup-root', place);
  if (basic) return basic;
  if (folder.kind === 'link') return say('no-folder', `${path} is a symlink`);
  if (folder.mode === undefined || folder.owner === undefined) {
    return unknown('backup-root', host, `${path}: stat says nothing`, values);
  }
  if ((folder.mode & 0o077) !== 0) {
    return say('open', `${path} has the mode ${folder.mode.toString(8)}`);
  }
  if (folder.owner !== uid) {
    return say('foreign', `${path} belongs to the user ${folder.owner}`);
  }
  if (!folder.writable) return unwritable('backup-root', place);
  return fine('backup-root', host, path);
}

type Root = 'runtime-root' | 'backup-root';

function judgeKind(check: Root, place: Place): DoctorFinding | undefined {
  const { host, path, folder, values } = place;
  if (folder.kind === 'other') {
    const reason = `${path} is no folder`;
    return fault(`${check}/no-folder`, host, reason, values);
  }
  if (folder.kind !== 'absent') return undefined;
  return folder.writable
    ? fine(check, host, `${path} is not there; who needs it first makes it`)
    : fault(`${check}/absent`, host, `${path} is not there`, values);
}

function unwritable(check: Root, { host, path, values }: Place): DoctorFinding {
  const reason = `${path} cannot be written to`;
  return fault(`${check}/unwritable`, host, reason, values);
}

function judgeSpace({ host, path, folder, values }: Place): DoctorFinding {
  const { freeKib } = folder;
  if (freeKib === undefined) {
    return unknown('space', host, `df says nothing of ${path}`, values);
  }
  const reason = `${path}: ${Math.floor(freeKib / MIB)} MiB free`;
  if (freeKib < NONE_KIB) return fault('space/none', host, reason, values);
  if (freeKib < LOW_KIB) return fault('space/low', host, reason, values);
  return fine('space', host, reason);
}
