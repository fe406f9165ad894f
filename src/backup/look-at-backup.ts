import { textOf } from '../drivers/host-problem.ts';
import { backupStamp } from '../model/backup-name.ts';
import { type Finding, finding } from '../model/verdict.ts';
import { backupProblem } from './backup-problem.ts';
import { askHost, type BackupSubject } from './backup-subject.ts';

/** What a backup would read and write, as the live host has it now. */
export interface BackupOutlook {
  readonly module: string;
  readonly class: string;
  readonly containers: readonly string[];
  readonly reads: readonly string[];
  readonly writes: string;
  readonly consistency: string;
  /** Bytes that would be read; null where only the engine could tell. */
  readonly expected: number | null;
  readonly free: number;
  /** Why it could not be taken. */
  readonly refusal: Finding | undefined;
}

/** Looks, and writes nothing: no file, no folder, no lock. */
export async function lookAtBackup(
  subject: BackupSubject,
  now: Date,
): Promise<BackupOutlook> {
  const reply = await askHost(subject, {
    op: 'backup-look',
    stamp: backupStamp(now),
  });
  const { host, release, settings } = subject;
  const about = { module: release.module, class: settings.class };
  if (reply.kind === 'lost') {
    return { ...about, ...NOTHING, refusal: reply.finding };
  }
  const text = (key: string) => textOf(reply.fields, key);
  const lines = (key: string) =>
    host.redact(text(key)).split('\n').filter(Boolean);
  const bytes = (key: string) => Number(text(key)) * 1024;
  const refusal = backupProblem(reply.fields, subject);
  if (!refusal && text('outcome') !== 'ready') {
    const reason = `${host.name} did not say whether ${release.module} can be backed up`;
    return { ...about, ...NOTHING, refusal: finding('host/nonsense', reason) };
  }
  return {
    ...about,
    containers: lines('containers'),
    reads: lines('reads'),
    writes: text('writes'),
    consistency: text('consistency'),
    expected: text('expected') === '' ? null : bytes('expected'),
    free: bytes('free'),
    refusal,
  };
}

const NOTHING = {
  containers: [],
  reads: [],
  writes: '',
  consistency: '',
  expected: null,
  free: 0,
};
