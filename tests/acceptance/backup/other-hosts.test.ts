import { execFileSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/adapters/clock.ts';
import { checkBackup } from '../../../src/backup/check-backup.ts';
import { rehearseRestore } from '../../../src/backup/rehearse-restore.ts';
import {
  type BackupStand,
  openBackupStand,
} from '../../support/backup-stand.ts';
import { docker, hasEngine } from '../../support/engine.ts';
import { hasSqlite, sqliteImage } from '../../support/engine-databases.ts';
import { canMask, makeMaskingExec } from '../../support/masked-programs.ts';
import { findProgram } from '../../support/program-path.ts';
import { pathOf } from '../../support/requirements.ts';

const HOUR_MS = 3_600_000;
const WITH = { class: 'sqlite', paths: ['/data/app.db'], service: 'with' };
const WITHOUT = { ...WITH, service: 'without' };

let stand: BackupStand;

/** Backups of a host where something else stands for these programs. */
async function subjectOn(backup: object, programs: Record<string, string>) {
  const exec = makeMaskingExec(programs);
  return { ...stand.subject(backup), host: await stand.host.open({ exec }) };
}

const withoutSqlite = (backup: object) =>
  subjectOn(backup, { [pathOf('sqlite3') ?? '']: '/dev/null' });

describe.skipIf(!hasEngine || !hasSqlite || !canMask)(
  'a backup on a host that is not like this one',
  () => {
    beforeAll(async () => {
      stand = await openBackupStand();
      const image = await sqliteImage(stand.project);
      stand.start({
        services: {
          with: { image, volumes: ['lite:/data'] },
          without: { image: stand.image, volumes: ['lite:/data'] },
        },
        volumes: { lite: {} },
      });
      docker(
        ...['exec', stand.containers()['with']?.id ?? ''],
        ...['sqlite3', '/data/app.db'],
        'pragma journal_mode=wal; create table t as select 1 a union select 2; create table empty (a)',
      );
    }, 120_000);
    afterAll(() => stand?.close());

    it('sqlite3 only on the host: the file is read in its volume', async () => {
      const { path, receipt } = await stand.taken(WITHOUT);
      expect(receipt.method).toBe('host');
      const subject = stand.subject(WITHOUT);
      expect(await rehearseRestore(subject, basename(path), {})).toMatchObject({
        counts: { tables: 2, rows: 2 },
      });
    });

    it('sqlite3 only in the image: all of it happens there', async () => {
      const subject = await withoutSqlite(WITH);
      const { path, receipt } = await stand.taken(WITH, { subject });
      expect(receipt.method).toBe('container');
      expect(await checkBackup(subject, basename(path))).toMatchObject({
        found: { form: 'good' },
      });
      expect(await rehearseRestore(subject, basename(path), {})).toMatchObject({
        counts: { tables: 2, rows: 2 },
      });
    });

    it('sqlite3 in neither: refused, and what is there counts as not checked', async () => {
      const { path } = await stand.taken(WITHOUT);
      const subject = await withoutSqlite(WITHOUT);
      expect(await stand.take(WITHOUT, { subject })).toMatchObject({
        refusal: { code: 'host/unsupported' },
      });
      expect(await checkBackup(subject, basename(path))).toMatchObject({
        found: { form: 'unreadable' },
      });
      expect(await rehearseRestore(subject, basename(path), {})).toMatchObject({
        refusal: { code: 'backup/could-not-check' },
      });
    });

    it("the host's clock off by an hour: the time is that of the runner", async () => {
      const date = findProgram('date') ?? '';
      const real = join(stand.host.folder, 'real-date');
      const late = join(stand.host.folder, 'date');
      execFileSync('cp', [date, real]);
      writeFileSync(late, `#!/bin/sh\nexec ${real} -d '1 hour' "$@"\n`);
      chmodSync(late, 0o755);
      const now = new Date();
      const result = await stand.taken(WITHOUT, {
        subject: await subjectOn(WITHOUT, { [date]: late }),
        clock: { ...systemClock, now: () => now },
      });
      const { host_time, taken_at } = result.receipt;
      expect(taken_at).toBe(`${now.toISOString().slice(0, 19)}Z`);
      expect(result.path).toContain(taken_at.replaceAll(/[-:]/g, ''));
      expect(Date.parse(host_time) - now.getTime()).toBeGreaterThan(
        HOUR_MS - 60_000,
      );
    });
  },
);
