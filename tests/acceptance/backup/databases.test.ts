import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, truncateSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { checkBackup } from '../../../src/backup/check-backup.ts';
import { rehearseRestore } from '../../../src/backup/rehearse-restore.ts';
import {
  type BackupStand,
  openBackupStand,
} from '../../support/backup-stand.ts';
import { docker, enginePath, hasEngine } from '../../support/engine.ts';
import {
  hasPostgres,
  hasRedis,
  postgresService,
  redisService,
} from '../../support/engine-databases.ts';

const PASSWORD = 'not-for-your-eyes';
const REDIS = { class: 'redis', service: 'redis' };
const POSTGRES = { class: 'postgres', service: 'postgres' };
const SQLITE = { class: 'sqlite', paths: ['data/app.db'] };

let stand: BackupStand;
const hasSqlite = spawnSync('sqlite3', ['-version']).status === 0;

const idOf = (service: string) => stand.containers()[service]?.id ?? '';
const redis = (...words: string[]) =>
  docker(
    'exec',
    '-e',
    `REDISCLI_AUTH=${PASSWORD}`,
    idOf('redis'),
    'redis-cli',
    ...words,
  );
const psql = (query: string) =>
  docker('exec', idOf('postgres'), 'psql', '-At', '-c', query);
const sqlite = (query: string) =>
  String(
    spawnSync('sqlite3', [
      join(stand.host.runtimeRoot, stand.project, 'shared/data/app.db'),
      query,
    ]).stdout,
  ).trim();

/** Takes one, changes the data, and has it restored elsewhere. */
async function takeAndRehearse(backup: object, change: () => void) {
  const { path, receipt } = await stand.taken(backup);
  change();
  const subject = stand.subject(backup, { host_dirs: ['data'] });
  const file = basename(path);
  const checked = await checkBackup(subject, file);
  expect(checked).toMatchObject({
    found: { form: 'good', sha256: receipt.sha256 },
  });
  const restored = await rehearseRestore(subject, file, receipt.counts);
  return { path, file, subject, receipt, restored };
}

/** Writes rows until it is told to stop; the number of them. */
async function writeLoad(): Promise<() => Promise<void>> {
  const loop =
    'i=0; while [ ! -e /tmp/enough ]; do i=$((i + 1)); echo "insert into rows values (default, $i);"; done | psql -q';
  const child = spawn(
    enginePath(),
    ['exec', idOf('postgres'), 'sh', '-c', loop],
    { stdio: 'ignore' },
  );
  await expect
    .poll(() => Number(psql('select count(*) from rows')), { timeout: 20_000 })
    .toBeGreaterThan(50);
  return async () => {
    docker('exec', idOf('postgres'), 'touch', '/tmp/enough');
    await once(child, 'exit');
  };
}

describe.skipIf(!hasEngine || !hasRedis || !hasPostgres || !hasSqlite)(
  'a backup of a database',
  () => {
    beforeAll(async () => {
      stand = await openBackupStand();
      const server = await redisService(stand.project);
      stand.start({
        services: {
          redis: {
            ...server,
            command: [
              'redis-server',
              '--dir',
              '/data',
              '--requirepass',
              PASSWORD,
            ],
            healthcheck: {
              test: `REDISCLI_AUTH=${PASSWORD} redis-cli ping | grep -q PONG`,
              retries: 100,
              interval: '300ms',
            },
          },
          postgres: await postgresService(stand.project),
        },
        volumes: { 'redis-data': {}, 'postgres-data': {} },
      });
      mkdirSync(join(stand.host.runtimeRoot, stand.project, 'shared/data'), {
        recursive: true,
      });
      sqlite(
        'pragma journal_mode=wal; create table "odd""name" (a); insert into "odd""name" values (1), (2), (3)',
      );
      psql(
        'create table rows (id serial, n int); insert into rows (n) select generate_series(1, 1000)',
      );
      redis('mset', 'a', '1', 'b', '2', 'c', '3');
    }, 120_000);
    afterAll(() => stand?.close());

    it('redis with a password: keys are there after the restore, and the password nowhere', async () => {
      const { path, receipt, restored } = await takeAndRehearse(REDIS, () =>
        redis('flushall'),
      );
      expect(receipt).toMatchObject({
        class: 'redis',
        consistency: 'transaction',
        counts: { keys: 3 },
      });
      expect(restored).toMatchObject({ kind: 'restored', counts: { keys: 3 } });
      expect(path).toMatch(/\.rdb$/);
      expect(readFileSync(`${path}.receipt.json`, 'utf8')).not.toContain(
        PASSWORD,
      );
      const records = join(stand.backupRoot, '.work');
      const kept = String(spawnSync('grep', ['-r', PASSWORD, records]).stdout);
      expect(kept).toBe('');
      expect(redis('ping')).toBe('PONG');
    });

    it('postgres under load: the rows of one moment, and the writes go on', async () => {
      const stop = await writeLoad();
      const { path, receipt, restored } = await takeAndRehearse(
        POSTGRES,
        () => {},
      );
      await stop();
      expect(receipt).toMatchObject({
        class: 'postgres',
        counts: { tables: 1 },
      });
      if (restored.kind === 'refused') throw new Error(restored.refusal.reason);
      const now = Number(psql('select count(*) from rows'));
      expect(restored.counts['rows']).toBeGreaterThanOrEqual(1_050);
      expect(restored.counts['rows']).toBeLessThanOrEqual(now);
      expect(path).toMatch(/\.dump$/);
    });

    it('sqlite while it is open: the rows that were there', async () => {
      const { path, receipt, restored } = await takeAndRehearse(SQLITE, () =>
        sqlite('delete from "odd""name"'),
      );
      expect(receipt).toMatchObject({ class: 'sqlite', method: 'host' });
      expect(restored).toMatchObject({
        kind: 'restored',
        counts: { tables: 1, rows: 3 },
      });
      expect(path).toMatch(/\.sqlite\.gz$/);
    });

    test.each([
      ['redis', REDIS],
      ['postgres', POSTGRES],
      ['sqlite', SQLITE],
    ])(
      'a truncated backup of %s is corrupt, and cannot be restored',
      async (_, backup) => {
        const { path, receipt } = await stand.taken(backup);
        truncateSync(path, receipt.size - Math.ceil(receipt.size / 3));
        const subject = stand.subject(backup, { host_dirs: ['data'] });
        expect(await checkBackup(subject, basename(path))).toMatchObject({
          found: { form: 'corrupt' },
        });
        expect(
          await rehearseRestore(subject, basename(path), {}),
        ).toMatchObject({
          refusal: { code: 'backup/not-restorable' },
        });
        const scratch = docker(
          'ps',
          '-aq',
          '--filter',
          'label=apply-gates.scratch',
        );
        expect(scratch).toBe('');
        expect(existsSync(join(stand.backupRoot, '.work', 'restored'))).toBe(
          false,
        );
      },
    );

    it('a database that does not answer is refused', async () => {
      const other = { ...POSTGRES, database: 'nowhere' };
      expect(await stand.take(other)).toMatchObject({
        refusal: { code: 'backup/database-refused' },
      });
    });

    it('a container that dies midway leaves nothing that looks whole', async () => {
      const before = stand.files();
      const taking = stand.take(REDIS);
      // The server waits some seconds for others before it sends anything.
      await expect
        .poll(() => redis('info', 'replication'), { timeout: 20_000 })
        .toMatch(/connected_slaves:1/);
      docker('kill', idOf('redis'));
      expect(await taking).toMatchObject({
        refusal: { code: 'backup/failed' },
      });
      expect(stand.files()).toEqual(before);
    });
  },
);
