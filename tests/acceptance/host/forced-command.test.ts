import {
  appendFileSync,
  existsSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { installedVersion } from '../../../src/host/installed-program.ts';
import {
  fingerprintOf,
  type InstalledHost,
  makeInstalledHost,
} from '../../support/installed-host.ts';
import { type Lane, openLane } from '../../support/lane.ts';
import { hasSshd, startSshd, type TestSshd } from '../../support/sshd.ts';

const CHANGED = { code: 'host/changed' };

describe.skipIf(!hasSshd)('a key that is pinned to apply-gates-host', () => {
  let sshd: TestSshd;
  let lane: Lane;
  let host: InstalledHost;

  beforeAll(async () => {
    sshd = await startSshd(
      'Subsystem sftp internal-sftp',
      'AcceptEnv LANG LC_*',
      'AllowTcpForwarding yes',
      'AllowAgentForwarding yes',
    );
    lane = await openLane({ sshd });
    host = makeInstalledHost(lane.platform, sshd);
  });
  afterAll(async () => {
    await lane?.close();
    await sshd?.stop();
  });

  const keyFile = () => ['--public-key-file', `${host.key.path}.pub`];
  const lines = () =>
    readFileSync(host.authorizedKeys, 'utf8').trimEnd().split('\n');

  it('--dry-run tells what would be written, and writes nothing', async () => {
    const before = lines();
    const run = await host.run('install', ...keyFile(), '--dry-run', '--json');
    expect(run.json()).toMatchObject({
      verdict: { code: 'host/dry-run' },
      changes: expect.arrayContaining([
        `create ${host.program}`,
        `create ${host.conf}`,
        `update ${host.authorizedKeys}`,
      ]),
    });
    expect(lines()).toEqual(before);
    expect(existsSync(host.program)).toBe(false);
    const check = await host.run('check', '--json');
    expect(check.exitCode).toBe(3);
    expect(check.json()).toMatchObject({ verdict: { code: 'host/differs' } });
  });

  it('install pins it once, in the place where it opened a shell', async () => {
    const before = lines();
    writeFileSync(
      host.authorizedKeys,
      [host.key.publicKey, ...before, ''].join('\n'),
    );
    const args = [...keyFile(), '--driver', 'command', ...host.repository];
    const run = await host.run('install', ...args, '--json');
    expect(run.json()).toMatchObject({ verdict: CHANGED });
    expect(lines()).toEqual([
      `restrict,command="${host.program} ${host.conf}" ${host.key.publicKey} apply-gates`,
      ...before,
    ]);
    expect(statSync(host.program).mode & 0o777).toBe(0o755);
    const again = await host.run('install', '--json');
    expect(again.json()).toMatchObject({
      verdict: { code: 'host/installed' },
      changes: [],
      warnings: [],
    });
    const check = await host.run('check', ...keyFile(), '--json');
    expect(check.exitCode).toBe(0);
  });

  it('ssh-injection: refuses every word that is not ours, and runs none', async () => {
    const proof = join(lane.platform.root, 'proof');
    const request = `apply-gates-host 1 request ${installedVersion()}`;
    const asked: readonly (readonly string[])[] = [
      ['127.0.0.1'],
      ['127.0.0.1', 'id'],
      ['127.0.0.1', `touch ${proof}`],
      ['127.0.0.1', `apply-gates-host 1 hello; touch ${proof}`],
      ['127.0.0.1', `${request}\ntouch ${proof}`],
      ['127.0.0.1', `apply-gates-host 1 request $(touch ${proof})`],
      ['127.0.0.1', `sh -c 'eval "$0"' 'touch ${proof}'`],
      ['127.0.0.1', `scp -t ${proof}`],
      ['-s', '127.0.0.1', 'sftp'],
      [
        ...['-o', `SetEnv LC_ALL=$(touch\\ ${proof}) LC_X="() { :; }; touch"`],
        ...['127.0.0.1', 'x'],
      ],
    ];
    const input = `touch ${proof}\nput /etc/hosts ${proof}\nexit\n`;
    const told = await Promise.all(asked.map((args) => host.ssh(args, input)));
    for (const { status, stdout } of told) {
      expect(status).toBe(1);
      expect(stdout).toMatch(
        /^apply-gates 1\nproblem:(?:restricted|version)\n/,
      );
    }
    expect(existsSync(proof)).toBe(false);
  });

  it('ssh-injection: gives no terminal, forwards no port and no agent', async () => {
    const [terminal, port, agent] = await Promise.all([
      host.ssh(['-tt', '127.0.0.1']),
      host.ssh(['-W', `127.0.0.1:${sshd.port}`, '127.0.0.1']),
      host.ssh(['-A', '127.0.0.1', 'apply-gates-host 1 hello']),
    ]);
    expect(terminal.status).not.toBe(0);
    expect(port).toMatchObject({ stdout: '' });
    expect(port.status).not.toBe(0);
    expect(agent.stdout).toBe(`apply-gates-host 1 ${installedVersion()}\n`);
  });

  it('a lane plans and applies over it, on one connection', async () => {
    const runner = fingerprintOf(host.key);
    const page = { 'modules/site/public/index.html': 'release two' };
    const secrets = { APPLY_GATES_SSH_KEY: host.key.privateKey };
    const before = sshd.log().split(runner).length;
    const run = await lane.push(page, { secrets });
    expect(run.codes).toMatchObject({ apply: 'apply/applied' });
    expect(run.log).not.toContain('host/unrestricted');
    expect(await lane.platform.ask('site')).toBe('release two');
    expect(sshd.log().split(runner).length).toBe(before + 1);
  });

  it('another version is refused before anything begins', async () => {
    appendFileSync(host.program, '# edited\n');
    const run = await lane.dispatch(
      { module: 'site' },
      { secrets: { APPLY_GATES_SSH_KEY: host.key.privateKey } },
    );
    expect(run.codes).toMatchObject({ plan: 'host/version-mismatch' });
    const check = await host.run('check', '--json');
    expect(check.json()).toMatchObject({
      verdict: { code: 'host/differs' },
      changes: [`update ${host.program}`],
    });
  });

  it('remove takes only ours away', async () => {
    const before = lines();
    const dry = await host.run('remove', '--dry-run', '--json');
    expect(dry.json()).toMatchObject({ verdict: { code: 'host/dry-run' } });
    expect(lines()).toEqual(before);
    const run = await host.run('remove', '--json');
    expect(run.json()).toMatchObject({ verdict: { code: 'host/removed' } });
    expect(lines()).toEqual(before.slice(1));
    expect(existsSync(host.program)).toBe(false);
    expect(existsSync(host.conf)).toBe(false);
    expect(await lane.platform.ask('site')).toBe('release two');
  });
});
