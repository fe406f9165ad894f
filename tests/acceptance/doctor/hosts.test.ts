import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  mkdirSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHECKS_OF_HOSTS } from '../../../src/doctor/checks/hosts.ts';
import { runCommand } from '../../support/command-line.ts';
import { type Examined, readDoctor } from '../../support/doctor-rows.ts';
import {
  type ExamplePlatform,
  makeExamplePlatform,
} from '../../support/example-platform.ts';
import { findFreePort } from '../../support/free-port.ts';
import { listFolder } from '../../support/host-listing.ts';
import { makeInstalledHost } from '../../support/installed-host.ts';
import { hasSshd, startSshd, type TestSshd } from '../../support/sshd.ts';

const known = (port: number, { hostKey }: TestSshd) =>
  `[127.0.0.1]:${port} ${hostKey}\n`;

describe.skipIf(!hasSshd)('doctor over several hosts', () => {
  let sshd: TestSshd;
  let other: TestSshd;
  /** Takes connections and says nothing. */
  let silent: Server;
  let platform: ExamplePlatform;
  let root: string;
  let examined: Examined;
  let before: string[];

  const listing = () => [
    ...listFolder(root),
    ...listFolder(join(root, 'left/.staging')),
    platform.git('ls-remote', 'origin'),
  ];
  const doctor = async (...args: readonly string[]) =>
    readDoctor(
      await runCommand(
        platform,
        ...['doctor', '--no-forge', '--json', '--timeout', '15s'],
        ...['--ssh-key-file', sshd.privateKeyPath, ...args],
      ),
    );

  beforeAll(async () => {
    [sshd, other] = await Promise.all([startSshd(), startSshd()]);
    silent = createServer().listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const slow = (silent.address() as AddressInfo).port;
    const closed = await findFreePort();
    root = realpathSync(
      execFileSync('mktemp', ['-d'], { encoding: 'utf8' }).trim(),
    );
    const host = (port: number, name: string) => ({
      transport: 'ssh',
      ...{ address: '127.0.0.1', user: sshd.user, port },
      runtime_root: join(root, name),
    });
    const hosts = {
      good: host(sshd.port, 'good'),
      fresh: host(sshd.port, 'none/yet'),
      open: host(sshd.port, 'open'),
      linked: host(sshd.port, 'link'),
      left: host(sshd.port, 'left'),
      slow: host(slow, 'good'),
      down: host(closed, 'good'),
      'other-key': host(other.port, 'good'),
      nameless: { ...host(sshd.port, 'good'), address: 'localhost' },
    };
    platform = await makeExamplePlatform({
      sshd,
      policy: { hosts: { demo: hosts.good, ...hosts } },
      knownHosts: [
        known(sshd.port, sshd),
        known(slow, sshd),
        known(closed, sshd),
        // Another one answers there.
        known(other.port, sshd),
      ].join(''),
    });
    makeRoots();
    before = listing();
    examined = await doctor();
  });
  afterAll(async () => {
    platform?.close();
    execFileSync('rm', ['-rf', root]);
    silent?.close();
    await Promise.all([sshd?.stop(), other?.stop()]);
  });

  function makeRoots() {
    for (const name of ['good', 'open', 'left']) {
      mkdirSync(join(root, name, 'backups'), { recursive: true, mode: 0o755 });
      chmodSync(join(root, name, 'backups'), 0o700);
    }
    chmodSync(join(root, 'open'), 0o777);
    chmodSync(join(root, 'open/backups'), 0o750);
    symlinkSync('good', join(root, 'link'));
    for (const folder of [
      '.staging/apply-7',
      'attempts',
      'backups/.work/b-1',
    ]) {
      mkdirSync(join(root, 'left', folder), { recursive: true });
    }
    const write = (path: string, text = '') =>
      writeFileSync(join(root, 'left', path), text);
    write('.staging/.lock');
    write('backups/.work/.lock');
    write('backups/.work/b-1/quiesced', 'pause 0123\n');
    write('attempts/7-1-web-0.json', '{"module":"web","phase":"started"}\n');
    write('attempts/6-1-web-0.json', '{"module":"web","phase":"finished"}\n');
  }

  it('ends with the worst that it found', () => {
    expect(examined).toMatchObject({ code: 'doctor/dangerous', exitCode: 4 });
  });

  it('one that is as it should be is fine, but for the shell that the key opens', () => {
    expect(examined.faults('good')).toEqual(['forced-command/shell']);
    // Every check of hosts had its say.
    const seen = [...examined.fine('good'), ...examined.faults('good')];
    const checks = new Set(seen.map((code) => code.split('/')[0]));
    expect(checks).toEqual(
      new Set([
        'known-hosts',
        ...Object.keys(CHECKS_OF_HOSTS).filter((each) => each !== 'rest'),
      ]),
    );
  });

  it('a runtime_root that nobody made yet is fine', () => {
    expect(examined.fine('fresh')).toEqual(
      expect.arrayContaining(['runtime-root/fine', 'backup-root/fine']),
    );
  });

  it('folders that others can write to, or look into, are dangerous', () => {
    expect(examined.faults('open')).toEqual([
      'forced-command/shell',
      'runtime-root/open',
      'backup-root/open',
    ]);
    const [mode] = examined.findings.filter(
      ({ code }) => code === 'runtime-root/open',
    );
    expect(mode?.remedy).toBe(
      `ssh -p ${sshd.port} ${sshd.user}@127.0.0.1 chmod 755 ${root}/open`,
    );
  });

  it('a symlink is told', () => {
    expect(examined.faults('linked')).toContain('runtime-root/link');
  });

  it('what dead runs left is told, and what ended is not', () => {
    expect(examined.faults('left')).toEqual([
      'forced-command/shell',
      'leftovers/stage',
      'leftovers/attempt',
      'leftovers/halted',
      'leftovers/backup',
    ]);
    const [attempt] = examined.findings.filter(
      ({ code }) => code === 'leftovers/attempt',
    );
    expect(attempt?.remedy).toBe('apply-gates reconcile web');
  });

  it.each([
    ['slow', 'connection/unreachable'],
    ['down', 'connection/unreachable'],
    ['other-key', 'connection/other-key'],
  ])('%s: nothing behind its door is called fine', (name, code) => {
    expect(examined.faults(name)).toEqual([code, 'rest/unknown']);
    expect(examined.fine(name)).toEqual(['known-hosts/fine']);
  });

  it('one without a line in known_hosts is not spoken to', () => {
    expect(examined.faults('nameless')).toEqual([
      'known-hosts/absent',
      'connection/unknown-key',
      'rest/unknown',
    ]);
    expect(examined.fine('nameless')).toEqual([]);
  });

  it('nothing was written on a host, and nothing on the remote', () => {
    expect(before.length).toBeGreaterThan(10);
    expect(listing()).toEqual(before);
  });

  it('every row that is not fine says what to do', () => {
    const silentRows = examined.findings.filter(
      ({ severity, remedy }) => (severity === 'fine') !== (remedy === ''),
    );
    expect(silentRows).toEqual([]);
  });

  it('--host looks at one alone', async () => {
    const one = await doctor('--host', 'open');
    const subjects = new Set(one.findings.map(({ subject }) => subject));
    expect(subjects).toEqual(
      new Set(['this machine', 'repository', 'origin', 'open']),
    );
    const none = await runCommand(platform, 'doctor', '--host', 'nobody');
    expect(none.exitCode).toBe(2);
  });

  it('a key that the host does not know, and none, are told apart', async () => {
    const wrong = await doctor(
      ...['--host', 'good', '--ssh-key-file', other.privateKeyPath],
    );
    expect(wrong.faults('good')).toEqual(['connection/denied', 'rest/unknown']);
    const keyless = readDoctor(
      await runCommand(
        platform,
        ...['doctor', '--no-forge', '--json', '--host', 'good'],
      ),
    );
    expect(keyless.faults('good')).toEqual([
      'connection/unknown',
      'rest/unknown',
    ]);
    expect(keyless).toMatchObject({ code: 'doctor/unknown', exitCode: 3 });
  });

  it('a pinned key is looked through as well, if the version is this one', async () => {
    const host = makeInstalledHost(platform, sshd);
    await host.run('install', '--public-key-file', `${host.key.path}.pub`);
    const key = ['--host', 'demo', '--ssh-key-file', host.key.path];
    const pinned = await doctor(...key);
    expect(pinned.faults('demo')).toEqual(['forced-command/unlooking']);
    await host.run('install', ...host.repository);
    const looking = await doctor(...key);
    expect(looking.faults('demo')).toEqual([]);
    expect(looking.fine('demo')).toContain('forced-command/fine');
    writeFileSync(host.conf, 'runtime_root=/elsewhere\ndriver=compose\n');
    expect((await doctor(...key)).faults('demo')).toEqual([
      'forced-command/refuses',
      'rest/unknown',
    ]);
    writeFileSync(host.program, '# edited\n', { flag: 'a' });
    expect((await doctor(...key)).faults('demo')).toEqual([
      'forced-command/other-version',
      'rest/unknown',
    ]);
  });
});
