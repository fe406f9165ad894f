import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../../src/adapters/clock.ts';
import type { BackupSubject } from '../../src/backup/backup-subject.ts';
import {
  type TakeRequest,
  type TakeResult,
  takeBackup,
} from '../../src/backup/take-backup.ts';
import { type ComposeStand, openComposeStand } from './compose-stand.ts';
import { enginePath } from './engine.ts';
import { listFolder } from './host-listing.ts';
import type { TestSshd } from './sshd.ts';

type Taken = Extract<TakeResult, { kind: 'taken' }>;

/** A host with data of a real project, and its backups. */
export interface BackupStand extends ComposeStand {
  readonly backupRoot: string;
  /** Starts a compose project as an operator does, without any gate. */
  start(services: object): void;
  subject(
    backup: object,
    manifest?: Readonly<Record<string, unknown>>,
  ): BackupSubject;
  take(
    backup: object,
    changes?: Partial<TakeRequest>,
    manifest?: Readonly<Record<string, unknown>>,
  ): Promise<TakeResult>;
  /** Takes one, and fails where it was refused. */
  taken(backup: object, changes?: Partial<TakeRequest>): Promise<Taken>;
  /** What the folder of the backups holds, its own records aside. */
  files(): string[];
  listHost(): string[];
  /** Names of the members of an archive, without the folder of the volume. */
  members(path: string): string[];
}

export async function openBackupStand(sshd?: TestSshd): Promise<BackupStand> {
  const stand = await openComposeStand(sshd);
  const backupRoot = join(stand.host.runtimeRoot, 'backups');
  let number = 0;
  const subject: BackupStand['subject'] = (backup, manifest = {}) => {
    const release = stand.release({}, { manifest: { ...manifest, backup } });
    const { backup: settings } = release.manifest;
    if (!settings) throw new Error('no settings');
    return { host: stand.session, release, settings, backupRoot };
  };
  const take: BackupStand['take'] = (backup, changes, manifest) => {
    number += 1;
    return takeBackup({
      subject: subject(backup, manifest),
      run: { id: String(number), number: '1', attempt: '1', url: '' },
      clock: secondsApart(number),
      ...changes,
    });
  };
  return {
    ...stand,
    backupRoot,
    subject,
    take,
    taken: async (backup, changes) => {
      const result = await take(backup, changes);
      if (result.kind === 'taken') return result;
      throw new Error(`${result.refusal.code}: ${result.refusal.reason}`);
    },
    start: (services) => {
      const text = JSON.stringify(services);
      const up = spawnSync(
        enginePath(),
        ['compose', '-p', stand.project, '-f', '-', 'up', '-d', '--wait'],
        { input: text, encoding: 'utf8' },
      );
      if (up.status !== 0) throw new Error(up.stderr);
    },
    files: () =>
      existsSync(backupRoot)
        ? readdirSync(backupRoot).filter((name) => name !== '.work')
        : [],
    members: (path) =>
      execFileSync('tar', ['-tf', path], { encoding: 'utf8' })
        .split('\n')
        .map((name) => name.replace(/^.*\/_data\//, '').replace(/^\.\//, ''))
        .filter((name) => name !== '')
        .sort(),
    listHost: () =>
      existsSync(stand.host.runtimeRoot)
        ? listFolder(stand.host.runtimeRoot)
        : [],
  };
}

/** Each backup a second of its own, without waiting for it. */
function secondsApart(number: number): TakeRequest['clock'] {
  const now = () => new Date(Date.now() - 600_000 + number * 1_000);
  return { ...systemClock, now };
}
