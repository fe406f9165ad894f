import {
  chmodSync,
  chownSync,
  mkdirSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkBackup } from '../../../src/backup/check-backup.ts';
import { rehearseRestore } from '../../../src/backup/rehearse-restore.ts';
import {
  type BackupStand,
  openBackupStand,
} from '../../support/backup-stand.ts';
import { docker, hasEngine } from '../../support/engine.ts';
import {
  hasPostgres,
  hasRedis,
  hasSqlite,
  postgresService,
  redisService,
  sqliteImage,
} from '../../support/engine-databases.ts';
import {
  addHostUser,
  canAddUser,
  type HostUser,
} from '../../support/host-user.ts';
import { hasSshd } from '../../support/sshd.ts';

let user: HostUser;
let stand: BackupStand;

const inside = (service: string, ...argv: readonly string[]) =>
  docker('exec', stand.containers()[service]?.id ?? '', ...argv);

/** Takes one, checks it and has it restored; what came of it. */
async function takeAndRehearse(backup: object) {
  const { path, receipt } = await stand.taken(backup);
  const subject = stand.subject(backup);
  const checked = await checkBackup(subject, basename(path));
  expect(checked).toMatchObject({
    found: {
      form: 'good',
      file: { owned: true, mode: '600' },
      receipt: { owned: true, mode: '600' },
    },
  });
  expect(statSync(path).uid).toBe(user.id);
  const restored = await rehearseRestore(
    subject,
    basename(path),
    receipt.counts,
  );
  return { receipt, restored };
}

describe.skipIf(
  !hasEngine ||
    !hasSshd ||
    !canAddUser ||
    !hasRedis ||
    !hasPostgres ||
    !hasSqlite,
)('a user of the host who may use docker and is not root', () => {
  beforeAll(async () => {
    user = await addHostUser();
    stand = await openBackupStand(user.sshd);
    chownSync(stand.host.folder, user.id, -1);
    const image = await sqliteImage(stand.project);
    stand.start({
      services: {
        app: { image: stand.image, volumes: ['data:/data'] },
        lite: { image, volumes: ['lite:/data'] },
        redis: await redisService(stand.project),
        postgres: await postgresService(stand.project),
      },
      volumes: { data: {}, lite: {}, 'redis-data': {}, 'postgres-data': {} },
    });
  }, 180_000);
  afterAll(async () => {
    await stand?.close();
    await user?.remove();
  });

  it('has a volume read by the engine, also what only root may read', async () => {
    inside(
      'app',
      ...['sh', '-c'],
      'mkdir -m 500 /data/locked; echo x >/data/locked/x; chmod 0 /data/locked/x; chown 70:70 /data/locked',
    );
    const taken = await takeAndRehearse({ class: 'volume', volumes: ['data'] });
    expect(taken.receipt.method).toBe('engine');
    expect(taken.restored).toMatchObject({ counts: { files: 1 } });
  });

  it('has a database file in a volume read inside its container', async () => {
    inside('lite', 'sqlite3', '/data/app.db', 'create table t as select 1 a');
    const backup = {
      class: 'sqlite',
      paths: ['/data/app.db'],
      service: 'lite',
    };
    const taken = await takeAndRehearse(backup);
    expect(taken.receipt.method).toBe('container');
    expect(taken.restored).toMatchObject({ counts: { tables: 1, rows: 1 } });
  });

  it('has databases dumped as root has', async () => {
    inside('redis', 'redis-cli', 'set', 'a', '1');
    inside('postgres', 'psql', '-c', 'create table t as select 1 a');
    const redis = await takeAndRehearse({ class: 'redis', service: 'redis' });
    expect(redis.restored).toMatchObject({ counts: { keys: 1 } });
    const postgres = { class: 'postgres', service: 'postgres' };
    const { restored } = await takeAndRehearse(postgres);
    expect(restored).toMatchObject({ counts: { tables: 1, rows: 1 } });
  });

  it('is refused a file that only root may read', async () => {
    const folder = join(stand.host.folder, 'secret');
    mkdirSync(folder);
    const file = join(folder, 'file');
    writeFileSync(file, 'x');
    chmodSync(file, 0o600);
    const result = await stand.take({ class: 'files', paths: [file] });
    expect(result).toMatchObject({
      refusal: { code: 'backup/source-unreadable' },
    });
  });
});
