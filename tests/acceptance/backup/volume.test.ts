import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { checkBackup } from '../../../src/backup/check-backup.ts';
import { listBackups } from '../../../src/backup/list-backups.ts';
import { lookAtBackup } from '../../../src/backup/look-at-backup.ts';
import {
  type BackupStand,
  openBackupStand,
} from '../../support/backup-stand.ts';
import { docker, hasEngine } from '../../support/engine.ts';
import { watchEvents, withoutProbes } from '../../support/engine-events.ts';
import { holdLock } from '../../support/held-lock.ts';
import { hasSshd, startSshd, type TestSshd } from '../../support/sshd.ts';

/** Names that a shell, tar or a receipt could trip over. */
const HOSTILE = [
  '$(touch proof)',
  '; touch proof',
  '--checkpoint=1',
  'new\nline',
  '"quoted"',
  ' blank ',
  'kept',
];

let sshd: TestSshd;
let stand: BackupStand;

const codeOf = async (taking: ReturnType<BackupStand['take']>) => {
  const result = await taking;
  return result.kind === 'refused' ? result.refusal.code : result.kind;
};
/** True once some backup holds its module, and has a guard. */
const isAtWork = () => {
  const folder = join(stand.backupRoot, '.work');
  return (
    existsSync(folder) &&
    readdirSync(folder).some((name) => existsSync(join(folder, name, 'pid')))
  );
};
const inApp = (script: string) => stand.exec('app', 'sh', '-c', script);
const share = (path: string) =>
  join(stand.host.runtimeRoot, stand.project, path);

describe.skipIf(!hasEngine || !hasSshd)('a backup of files and volumes', () => {
  beforeAll(async () => {
    sshd = await startSshd();
    stand = await openBackupStand(sshd);
    const device = join(stand.host.folder, 'device');
    mkdirSync(device);
    writeFileSync(join(device, 'bound'), 'bound');
    stand.start({
      services: {
        app: { image: stand.image, volumes: ['data:/data', 'bound:/bound'] },
        side: { image: stand.image },
      },
      volumes: {
        data: {},
        bound: { driver_opts: { type: 'none', o: 'bind', device } },
      },
    });
    for (const name of HOSTILE) {
      const place = `/data/${name}`;
      docker(
        'exec',
        stand.containers()['app']?.id ?? '',
        'sh',
        '-c',
        'echo x >"$0"',
        place,
      );
    }
    inApp(
      'mkdir -p /data/cache/deep; echo x >/data/cache/deep/x; ln -s /etc /data/out',
    );
  });
  afterAll(async () => {
    await stand?.close();
    await sshd?.stop();
  });

  it('dry run: tells everything about the live host, and writes nothing', async () => {
    const before = stand.listHost();
    const events = await watchEvents(stand.project);
    const subject = stand.subject({ class: 'volume', volumes: ['data'] });
    const outlook = await lookAtBackup(subject, new Date());
    expect(outlook).toMatchObject({
      refusal: undefined,
      reads: [`volume ${stand.project}_data`],
      consistency: 'crash',
    });
    expect(outlook.containers[0]).toContain('running');
    expect(outlook.writes).toMatch(/^\/.*\/backups\/ag\w+-\d{8}T\d{6}Z\.tar\./);
    expect(outlook.expected).toBeGreaterThan(0);
    expect(outlook.free).toBeGreaterThan(outlook.expected ?? 0);
    expect(withoutProbes(await events.stop())).toEqual([]);
    expect(stand.listHost()).toEqual(before);
    expect(existsSync(stand.backupRoot)).toBe(false);
  });

  it('hostile names and symlinks out of a volume are kept as they are, and nothing else is read', async () => {
    const events = await watchEvents(stand.project);
    const { path, receipt } = await stand.taken({
      class: 'volume',
      volumes: ['data'],
      excludes: ['cache/**'],
    });
    expect(withoutProbes(await events.stop())).toEqual([]);
    expect(stand.members(path)).toEqual(
      [...HOSTILE.map((name) => name.replace('\n', '\\n')), 'out', 'cache/', '']
        .filter(Boolean)
        .sort(),
    );
    const listed = execFileSync('tar', ['-tvf', path], { encoding: 'utf8' });
    expect(listed).toContain('out -> /etc\n');
    expect(receipt).toMatchObject({
      module: stand.project,
      host: 'box',
      class: 'volume',
      volumes: [`${stand.project}_data`],
      consistency: 'crash',
      excludes: ['cache/**'],
      size: statSync(path).size,
      adopted: false,
      verified_at: null,
    });
    const sum = execFileSync('sha256sum', [path], { encoding: 'utf8' });
    expect(sum.slice(0, 64)).toBe(receipt.sha256);
    const kept = JSON.parse(readFileSync(`${path}.receipt.json`, 'utf8'));
    expect(kept).toEqual(receipt);
    for (const file of [path, `${path}.receipt.json`]) {
      expect(statSync(file).mode & 0o777).toBe(0o600);
    }
    expect(statSync(stand.backupRoot).mode & 0o777).toBe(0o700);
  });

  it('reads through the engine what does not lie in a folder of its own', async () => {
    const { path, receipt } = await stand.taken({ class: 'volume' });
    expect(receipt.method).toBe('engine');
    expect(receipt.volumes).toHaveLength(2);
    expect(stand.members(path)).toEqual(
      expect.arrayContaining(['bound', 'kept', '$(touch proof)']),
    );
    const label = 'label=apply-gates.scratch';
    expect(
      docker(
        'ps',
        '-aq',
        '--filter',
        label,
        '--filter',
        `ancestor=${stand.image}`,
      ),
    ).toBe('');
  });

  it('keeps the files of the host, and none of what we put there', async () => {
    stand.keep('.env', 'TOKEN=kept\n');
    stand.keep('data/row', 'kept');
    mkdirSync(share('releases/one'), { recursive: true });
    writeFileSync(share('releases/one/page'), 'from git');
    writeFileSync(share('model.json'), '{}');
    const manifest = { host_files: ['.env'], host_dirs: ['data'] };
    const usual = await stand.take({ class: 'files' }, {}, manifest);
    expect(usual.kind === 'taken' && stand.members(usual.path)).toEqual([
      '.env',
      'data/',
      'data/row',
    ]);
    const { path } = await stand.taken({
      class: 'files',
      paths: [stand.host.runtimeRoot],
    });
    const found = stand.members(path).join('\n');
    expect(found).toContain('shared/data/row');
    expect(found).not.toMatch(/releases|model\.json|backups|\.work/);
  });

  test.each([
    ['pause', ['pause', 'unpause'], 'paused'],
    ['stop', ['stop', 'start'], 'stopped'],
  ])(
    'with quiesce: %s the service stands still, and goes on',
    async (quiesce, actions, consistency) => {
      const events = await watchEvents(stand.project);
      const { receipt } = await stand.taken({
        class: 'volume',
        volumes: ['data'],
        quiesce,
        service: 'app',
      });
      expect(receipt.consistency).toBe(consistency);
      const seen = (await events.stop()).map(({ action }) => action);
      expect(seen.filter((each) => actions.includes(each))).toEqual(actions);
      expect(stand.containers()['app']?.state).toBe('running');
    },
  );

  it('two backups of one module at once: the second is refused, the first goes on', async () => {
    const letGo = await holdLock(join(stand.host.runtimeRoot, '.lock'));
    const first = stand.take({
      class: 'volume',
      volumes: ['data'],
      quiesce: 'pause',
    });
    await expect.poll(isAtWork, { timeout: 40_000 }).toBe(true);
    expect(
      await codeOf(stand.take({ class: 'volume', volumes: ['data'] })),
    ).toBe('backup/running');
    await letGo();
    expect(await first).toMatchObject({ kind: 'taken' });
  });

  test.each<[string, object, string]>([
    [
      'a service that is not there',
      { class: 'volume', service: 'nobody' },
      'backup/container-missing',
    ],
    [
      'a volume that nobody mounts',
      { class: 'volume', volumes: ['other'] },
      'backup/source-missing',
    ],
    [
      'two containers for one database',
      { class: 'redis' },
      'backup/container-ambiguous',
    ],
    [
      'a folder that is not there',
      { class: 'files', paths: ['nothing'] },
      'backup/source-missing',
    ],
    [
      'a symlink for a folder',
      { class: 'files', paths: ['link'] },
      'backup/source-missing',
    ],
    [
      'no redis in the container',
      { class: 'redis', service: 'app' },
      'backup/database-refused',
    ],
  ])('refuses %s', async (_, backup, code) => {
    if (!existsSync(share('shared/link')))
      symlinkSync('/etc', share('shared/link'));
    const before = stand.files();
    expect(await codeOf(stand.take(backup))).toBe(code);
    const outlook = await lookAtBackup(stand.subject(backup), new Date());
    expect(outlook.refusal?.code).toBe(code);
    expect(stand.files()).toEqual(before);
  });

  it('refuses a container that is stopped', async () => {
    docker('stop', '-t', '0', stand.containers()['app']?.id ?? '');
    expect(await codeOf(stand.take({ class: 'volume' }))).toBe(
      'backup/container-stopped',
    );
    docker('start', stand.containers()['app']?.id ?? '');
  });

  test.each<[string, () => void]>([
    ['world-readable', () => chmodSync(stand.backupRoot, 0o755)],
    [
      'a symlink',
      () => {
        renameSync(stand.backupRoot, `${stand.backupRoot}.moved`);
        symlinkSync(`${stand.backupRoot}.moved`, stand.backupRoot);
      },
    ],
  ])('refuses a backup root that is %s', async (_, spoil) => {
    spoil();
    const subject = stand.subject({ class: 'volume' });
    expect(await codeOf(stand.take({ class: 'volume' }))).toBe(
      'backup/root-unsafe',
    );
    expect((await lookAtBackup(subject, new Date())).refusal?.code).toBe(
      'backup/root-unsafe',
    );
    expect(
      await checkBackup(subject, `${stand.project}-20260101T000000Z.tar.gz`),
    ).toMatchObject({
      refusal: { code: 'backup/root-unsafe' },
    });
    chmodSync(stand.backupRoot, 0o700);
    if (existsSync(`${stand.backupRoot}.moved`)) {
      rmSync(stand.backupRoot);
      renameSync(`${stand.backupRoot}.moved`, stand.backupRoot);
    }
  });

  it('lists what is there, the newest first, and what has no receipt', async () => {
    const { path } = await stand.taken({ class: 'volume', volumes: ['data'] });
    const other = join(
      stand.backupRoot,
      `${stand.project}-20200101T000000Z.tar`,
    );
    writeFileSync(other, 'x');
    const result = await listBackups(stand.subject({ class: 'volume' }));
    if (result.kind === 'refused') throw new Error(result.refusal.reason);
    expect(result.backups[0]).toMatchObject({
      path,
      receipt: { class: 'volume' },
    });
    expect(result.backups.at(-1)).toMatchObject({
      path: other,
      receipt: undefined,
    });
    rmSync(other);
  });
});
