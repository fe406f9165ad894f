import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, truncateSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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
  hasSqlite,
  postgresService,
  redisService,
} from '../../support/engine-databases.ts';

const PASSWORD = 'not-for-your-eyes';
const REDIS = { class: 'redis', service: 'redis' };
const POSTGRES = { class: 'postgres', service: 'postgres' };
const SQLITE = { class: 'sqlite', paths: ['data/app.db'] };

let stand: BackupStand;

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
  return { path, subject, receipt, restored };
}

/** What was cut off is told, and cleaned up after. */
async function expectCorrupt({
  path,
  receipt,
  subject,
}: Awaited<ReturnType<typeof takeAndRehearse>>): Promise<void> {
  truncateSync(path, receipt.size - Math.ceil(receipt.size / 3));
  const file = basename(path);
  expect(await checkBackup(subject, file)).toMatchObject({
    found: { form: 'corrupt' },
  });
  expect(await rehearseRestore(subject, file, {})).toMatchObject({
    refusal: { code: 'backup/not-restorable' },
  });
  const mine = ['--filter', `label=apply-gates.tests.project=${stand.project}`];
  const scratch = ['--filter', 'label=apply-gates.scratch'];
  expect(docker('ps', '-aq', ...scratch, ...mine)).toBe('');
  const left = readdirSync(join(stand.backupRoot, '.work'), {
    withFileTypes: true,
  });
  expect(left.filter((each) => each.isDirectory())).toEqual([]);
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
              // The server waits for others who might want the same.
              '--repl-diskless-sync-delay',
              '0',
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
      const taken = await takeAndRehearse(REDIS, () => redis('flushall'));
      const { path, receipt, restored } = taken;
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
      await expectCorrupt(taken);
    });

    it('postgres under load: the rows of one moment, and the writes go on', async () => {
      const stop = await writeLoad();
      const taken = await takeAndRehearse(POSTGRES, () => {});
      const { path, receipt, restored } = taken;
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
      await expectCorrupt(taken);
    });

    it('sqlite while it is open: the rows that were there', async () => {
      const taken = await takeAndRehearse(SQLITE, () =>
        sqlite('delete from "odd""name"'),
      );
      const { path, receipt, restored } = taken;
      expect(receipt).toMatchObject({ class: 'sqlite', method: 'host' });
      expect(restored).toMatchObject({
        kind: 'restored',
        counts: { tables: 1, rows: 3 },
      });
      expect(path).toMatch(/\.sqlite\.gz$/);
      await expectCorrupt(taken);
    });

    it('a database that does not answer is refused', async () => {
      const other = { ...POSTGRES, database: 'nowhere' };
      expect(await stand.take(other)).toMatchObject({
        refusal: { code: 'backup/database-refused' },
      });
    });

    it('a container that dies midway leaves nothing that looks whole', async () => {
      const before = stand.files();
      redis('config', 'set', 'repl-diskless-sync-delay', '60');
      const taking = stand.take(REDIS);
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
