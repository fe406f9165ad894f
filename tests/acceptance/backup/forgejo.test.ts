import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, renameSync, rmSync, truncateSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkBackup } from '../../../src/backup/check-backup.ts';
import { lookAtBackup } from '../../../src/backup/look-at-backup.ts';
import { rehearseRestore } from '../../../src/backup/rehearse-restore.ts';
import {
  type BackupStand,
  openBackupStand,
} from '../../support/backup-stand.ts';
import {
  backupRuns,
  untilRuns,
  untilWaiting,
  workerOf,
} from '../../support/backup-worker.ts';
import { docker, hasEngine } from '../../support/engine.ts';
import {
  hasPostgres,
  postgresService,
} from '../../support/engine-databases.ts';
import { FORGEJO_SCHEMA, layForgejo } from '../../support/forgejo-data.ts';
import { holdLock } from '../../support/held-lock.ts';

const hasSqlite = spawnSync('sqlite3', ['-version']).status === 0;
const FORGEJO = { class: 'forgejo', service: 'forgejo' };
const SQLITE = {
  ...FORGEJO,
  paths: ['data'],
  database_file: 'gitea/gitea.db',
};
const POSTGRES = { ...FORGEJO, database_service: 'db' };
/** A folder that the host reads, and a volume that only the engine does. */
const ON_HOST = { ...POSTGRES, paths: ['data'] };
const BY_ENGINE = { ...POSTGRES, volumes: ['bound'] };

let stand: BackupStand;

const data = () =>
  join(stand.host.runtimeRoot, stand.project, 'shared', 'data');
const device = () => join(stand.host.folder, 'device');
const idOf = (service: string) => stand.containers()[service]?.id ?? '';
const stateOf = () => stand.containers()['forgejo']?.state;
const startedAt = () =>
  docker('inspect', '--format', '{{.State.StartedAt}}', idOf('forgejo'));
const psql = (query: string) =>
  docker('exec', idOf('db'), 'psql', '-At', '-c', query);
const sqlite = (query: string) =>
  execFileSync('sqlite3', [join(data(), 'gitea/gitea.db'), query]);
const codeOf = async (taking: ReturnType<BackupStand['take']>) => {
  const result = await taking;
  return result.kind === 'refused' ? result.refusal.code : result.kind;
};

/** Checks a backup, and has it restored elsewhere. */
async function rehearsed(backup: object, path: string, known = {}) {
  const subject = stand.subject(backup);
  const file = basename(path);
  const checked = await checkBackup(subject, file);
  const restored = await rehearseRestore(subject, file, known);
  return { checked, restored };
}

describe.skipIf(!hasEngine || !hasPostgres || !hasSqlite)(
  'a backup of Forgejo',
  { timeout: 120_000 },
  () => {
    beforeAll(async () => {
      stand = await openBackupStand();
      for (const folder of [data(), device()]) {
        mkdirSync(folder, { recursive: true });
        layForgejo(folder);
      }
      stand.start({
        services: {
          forgejo: {
            image: stand.image,
            volumes: [`${data()}:/data`, 'bound:/bound'],
            stop_grace_period: '1s',
          },
          db: await postgresService(stand.project),
        },
        volumes: {
          'postgres-data': {},
          bound: {
            driver_opts: { type: 'none', o: 'bind', device: device() },
          },
        },
      });
      sqlite(`pragma journal_mode=wal; ${FORGEJO_SCHEMA}`);
      psql(FORGEJO_SCHEMA);
    }, 120_000);
    afterAll(() => stand?.close());

    it('dry run: names both parts, and that Forgejo would be stopped', async () => {
      const before = stand.listHost();
      const outlook = await lookAtBackup(stand.subject(SQLITE), new Date());
      expect(outlook).toMatchObject({
        refusal: undefined,
        consistency: 'stopped',
        reads: [data(), `database ${join(data(), 'gitea/gitea.db')}`],
      });
      expect(outlook.containers).toHaveLength(1);
      expect(outlook.containers[0]).toContain('forgejo');
      expect(stand.listHost()).toEqual(before);
    });

    it('sqlite: stopped meanwhile, and restored with its repositories and rows', async () => {
      const started = startedAt();
      const { path, receipt } = await stand.taken(SQLITE);
      expect(startedAt()).not.toBe(started);
      expect(stateOf()).toBe('running');
      expect(receipt).toMatchObject({
        class: 'forgejo',
        consistency: 'stopped',
        counts: { repositories: 2, tables: 2, rows: 3 },
      });
      const members = stand.members(path);
      expect(members).toContain('.apply-gates/database.sqlite');
      expect(members).toContain('data/gitea/attachments/a/b/ab12');
      expect(members).not.toContain('data/gitea/gitea.db');
      sqlite('delete from repository where id = 2');
      const { checked, restored } = await rehearsed(
        SQLITE,
        path,
        receipt.counts,
      );
      sqlite("insert into repository values (2, 2, 'bob', 'two.js', 'two.js')");
      expect(checked).toMatchObject({
        found: { form: 'good', sha256: receipt.sha256, counts: receipt.counts },
      });
      expect(restored).toMatchObject({
        kind: 'restored',
        counts: receipt.counts,
      });
    });

    it.each([
      ['the host reads', ON_HOST, 'stop', 'stopped', 'host'],
      ['the engine reads', BY_ENGINE, 'pause', 'paused', 'engine'],
    ])(
      'postgres, files that %s: both restored',
      async (_, backup, quiesce, consistency, method) => {
        const settings = { ...backup, quiesce };
        const { path, receipt } = await stand.taken(settings);
        expect(stateOf()).toBe('running');
        expect(receipt).toMatchObject({
          consistency,
          method,
          counts: { repositories: 2, tables: 2 },
        });
        const { checked, restored } = await rehearsed(
          settings,
          path,
          receipt.counts,
        );
        expect(checked).toMatchObject({
          found: { form: 'good', counts: receipt.counts },
        });
        expect(restored).toMatchObject({
          kind: 'restored',
          counts: { ...receipt.counts, rows: 3 },
        });
      },
    );

    it('without quiesce Forgejo is left alone, and the receipt says what that gives', async () => {
      const started = startedAt();
      const { receipt } = await stand.taken({ ...ON_HOST, quiesce: 'none' });
      expect(receipt.consistency).toBe('crash');
      expect(startedAt()).toBe(started);
    });

    it.each([
      ['sqlite', SQLITE],
      ['postgres', ON_HOST],
    ])(
      '%s: a repository that is not on the disk is refused',
      async (_, backup) => {
        const before = stand.files();
        const place = join(data(), 'git/repositories/alice/one.git');
        renameSync(place, join(data(), 'elsewhere.git'));
        const result = await stand.take(backup);
        renameSync(join(data(), 'elsewhere.git'), place);
        expect(result).toMatchObject({
          refusal: { code: 'backup/repository-missing' },
        });
        expect(result.kind === 'refused' && result.refusal.reason).toContain(
          'alice/one',
        );
        expect(stand.files()).toEqual(before);
        expect(stateOf()).toBe('running');
      },
    );

    it('what was cut off, or has no database in it, is corrupt', async () => {
      const { path, receipt } = await stand.taken(SQLITE);
      truncateSync(path, Math.floor(receipt.size / 2));
      const cut = await rehearsed(SQLITE, path);
      execFileSync('tar', ['-caf', path, '-C', data(), '.']);
      const bare = await rehearsed(SQLITE, path);
      for (const { checked, restored } of [cut, bare]) {
        expect(checked).toMatchObject({ found: { form: 'corrupt' } });
        expect(restored).toMatchObject({
          refusal: { code: 'backup/not-restorable' },
        });
      }
      expect(backupRuns(stand.backupRoot)).toEqual([]);
    });

    it('a database that is not where the manifest says is refused', async () => {
      const nowhere = { ...SQLITE, database_file: 'nowhere.db' };
      expect(await codeOf(stand.take(nowhere))).toBe('backup/source-missing');
      const other = { ...POSTGRES, paths: ['data'], database: 'nowhere' };
      expect(await codeOf(stand.take(other))).toBe('backup/database-refused');
      expect(stateOf()).toBe('running');
    });

    it('killed midway: Forgejo goes on, and nothing looks whole', async () => {
      const before = stand.files();
      const endless = join(data(), 'endless');
      // Nothing but zeros, and more of them than anybody reads in a moment.
      execFileSync('truncate', ['-s', '200G', endless]);
      const taking = stand.take(SQLITE);
      const run = await untilRuns(stand.backupRoot, 'backup');
      const state = stateOf();
      process.kill(workerOf(run), 'SIGKILL');
      expect(state).toBe('exited');
      await expect.poll(stateOf, { timeout: 30_000 }).toBe('running');
      expect(await codeOf(taking)).toBe('backup/killed');
      rmSync(endless);
      expect(stand.files()).toEqual(before);
      expect(backupRuns(stand.backupRoot)).toEqual([]);
    });

    it('database killed midway: refused, and Forgejo goes on', async () => {
      const before = stand.files();
      const letGo = await holdLock(join(stand.host.runtimeRoot, '.lock'));
      const taking = stand.take(ON_HOST);
      await untilWaiting(await untilRuns(stand.backupRoot, 'reserve'));
      docker('kill', idOf('db'));
      await letGo();
      expect(await codeOf(taking)).toBe('backup/failed');
      expect(stateOf()).toBe('running');
      expect(stand.files()).toEqual(before);
    });
  },
);
