import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
} from 'vitest';
import { systemExec } from '../../../src/adapters/exec.ts';
import { controlFolder } from '../../../src/adapters/transport/control-folder.ts';
import {
  closeHosts,
  type OpenHostRequest,
} from '../../../src/adapters/transport/open-host.ts';
import { commandDriver } from '../../../src/drivers/command/command-driver.ts';
import {
  applyRelease,
  makeHost,
  makeRelease,
  planRelease,
  STRICT_POLICY,
  type TestHost,
} from '../../support/host-modules.ts';
import { hasSshd, startSshd, type TestSshd } from '../../support/sshd.ts';

describe.skipIf(!hasSshd)('a host over ssh', () => {
  let sshd: TestSshd;
  let other: TestSshd;
  let host: TestHost;

  beforeAll(async () => {
    sshd = await startSshd();
    other = await startSshd();
  });
  afterAll(async () => {
    await sshd.stop();
    await other.stop();
  });
  beforeEach(() => {
    host = makeHost(sshd);
  });
  afterEach(() => host.remove());

  const logins = () => sshd.log().split('Accepted publickey').length - 1;
  const planOver = async (changes: Partial<OpenHostRequest>) =>
    commandDriver.plan({
      policy: STRICT_POLICY,
      host: await host.open(changes),
      release: makeRelease(host),
      createdAt: '2026-11-20T10:00:00Z',
    });

  it('applies over one connection, shared by the steps of a job', async () => {
    const before = logins();
    const release = makeRelease(host);
    const planning = await host.open();
    const plan = await planRelease(planning, release);
    await planning.close();
    const applying = await host.open();
    expect(await applyRelease(applying, release, { plan })).toMatchObject({
      result: 'applied',
      health: 'healthy',
    });
    expect(await applyRelease(applying, release)).toMatchObject({
      result: 'noop',
    });
    expect(logins()).toBe(before + 1);
  });

  it('closes the shared connection and leaves no key behind', async () => {
    const session = await host.open();
    await planRelease(session, makeRelease(host));
    const files = readdirSync(host.job, { recursive: true }).map(String);
    expect(files.filter((name) => name.endsWith('/key'))).toEqual([]);
    await session.close();
    await closeHosts(host.job, systemExec);
    expect(readdirSync(host.job)).toEqual([]);
    expect(existsSync(controlFolder(host.job))).toBe(false);
  });

  it('takes a key in a file, and one whose line ends were garbled', async () => {
    const file = { key: { file: sshd.privateKeyPath } };
    expect(await planOver(file)).toMatchObject({ kind: 'planned' });
    const content = sshd.privateKey.trim().replaceAll('\n', '\r\n');
    await closeHosts(host.job, systemExec);
    expect(await planOver({ key: { content } })).toMatchObject({
      kind: 'planned',
    });
  });

  it.each<[string, (key: string) => string]>([
    ['lost its last newline', (key) => key.trim()],
    ['has carriage returns', (key) => key.replaceAll('\n', '\r\n')],
  ])('takes a key file that %s', async (_what, garble) => {
    const file = join(host.folder, 'key');
    writeFileSync(file, garble(sshd.privateKey), { mode: 0o600 });
    expect(await planOver({ key: { file } })).toMatchObject({
      kind: 'planned',
    });
    expect(readFileSync(file, 'utf8')).toBe(garble(sshd.privateKey));
  });

  it('hostkey: unknown, changed and revoked keys are refused', async () => {
    const place = `[127.0.0.1]:${sshd.port}`;
    const before = logins();
    for (const knownHosts of [
      '',
      `${place} ${other.hostKey}\n`,
      `@revoked ${place} ${sshd.hostKey}\n`,
      `@revoked * ${sshd.hostKey}\n${sshd.knownHosts}`,
    ]) {
      expect(await planOver({ knownHosts })).toMatchObject({
        kind: 'refused',
        refusal: { code: 'plan/host-key' },
      });
    }
    expect(logins()).toBe(before);
  });

  it('hostkey: the connection of another known_hosts is not taken over', async () => {
    await planRelease(await host.open(), makeRelease(host));
    expect(await planOver({ knownHosts: '' })).toMatchObject({
      refusal: { code: 'plan/host-key' },
    });
  });

  it('refuses a host that nobody answers for, or that does not let us in', async () => {
    const port = { ...host.policy, port: 1 };
    for (const changes of [
      { policy: port },
      { key: { content: other.privateKey } },
      { key: { content: 'no key at all' } },
      { key: { file: join(host.folder, 'missing') } },
      { key: undefined },
    ]) {
      expect(await planOver(changes)).toMatchObject({
        kind: 'refused',
        refusal: { code: 'plan/host-unreachable' },
      });
    }
  });

  it('ssh-injection: hostile addresses, users and files never reach a shell', async () => {
    const proof = join(host.folder, 'proof');
    for (const [key, value] of [
      ['address', `-oProxyCommand=touch ${proof}`],
      ['address', `a;touch ${proof}`],
      ['address', `127.0.0.1\n  ProxyCommand touch ${proof}`],
      ['address', `$(touch ${proof})`],
      ['user', `x\n  LocalCommand touch ${proof}`],
      ['user', '-lroot'],
      ['identity_file', `k"\n  ProxyCommand touch ${proof}`],
    ] as const) {
      const policy = { ...host.policy, [key]: value };
      const changes =
        key === 'identity_file' ? { policy, key: undefined } : { policy };
      const result = await planOver(changes);
      expect(result.kind, `${key} ${value}`).toBe('refused');
    }
    expect(existsSync(proof)).toBe(false);
  });

  it('does not speak to a socket in a folder of somebody else', async () => {
    const folder = controlFolder(host.job);
    mkdirSync(folder, { mode: 0o777 });
    // The umask took the bits away that make it dangerous.
    chmodSync(folder, 0o777);
    expect(await planOver({})).toMatchObject({
      refusal: { code: 'plan/host-unreachable' },
    });
    rmSync(folder, { recursive: true });
  });

  it('env-canary: no token, agent or setting of the runner reaches a child or the host', async () => {
    const evil = join(host.folder, 'evil');
    mkdirSync(join(evil, '.ssh'), { recursive: true });
    const proof = join(host.folder, 'proof');
    const bait = `#!/bin/sh\ntouch ${proof}\n`;
    for (const name of ['ssh', 'sh', 'tar', 'env']) {
      writeFileSync(join(evil, name), bait, { mode: 0o755 });
    }
    writeFileSync(join(evil, '.ssh/config'), `ProxyCommand touch ${proof}\n`);
    const dirty = {
      GITHUB_TOKEN: 'canary',
      SSH_AUTH_SOCK: join(evil, 'canary-agent'),
      HOME: evil,
      PATH: `${evil}:${process.env['PATH']}`,
      NODE_OPTIONS: '--require=/canary',
      BASH_ENV: join(evil, 'sh'),
      TAR_OPTIONS: '--canary',
    };
    const saved = { ...process.env };
    Object.assign(process.env, dirty);
    try {
      const show = `env >${host.service}/env; tr '\\0' '\\n' </proc/$PPID/environ >>${host.service}/env; exit 0`;
      const release = makeRelease(host, { scripts: { plan: show } });
      const local = makeHost();
      for (const session of [await host.open(), await local.open()]) {
        await planRelease(session, release);
        const seen = readFileSync(join(host.service, 'env'), 'utf8');
        expect(seen).not.toMatch(/canary|evil|AGENT|SSH_|GITHUB|NODE_/);
        expect(seen).toContain('APPLY_GATES_MODULE=site');
      }
      await local.remove();
    } finally {
      for (const key of Object.keys(dirty)) delete process.env[key];
      Object.assign(process.env, saved);
    }
    expect(existsSync(proof)).toBe(false);
  });

  it('takes a host that prints something else for what it is', async () => {
    const chatty = await startSshd('ForceCommand echo Welcome to the box');
    const talking = makeHost(chatty);
    const result = await commandDriver.plan({
      policy: STRICT_POLICY,
      host: await talking.open(),
      release: makeRelease(talking),
      createdAt: '2026-11-20T10:00:00Z',
    });
    await talking.remove();
    await chatty.stop();
    expect(result).toMatchObject({ refusal: { code: 'host/nonsense' } });
  });

  it('takes a login shell that refuses for what it is', async () => {
    const closed = await startSshd('ForceCommand exit 1');
    const shut = makeHost(closed);
    const result = await commandDriver.plan({
      policy: STRICT_POLICY,
      host: await shut.open(),
      release: makeRelease(shut),
      createdAt: '2026-11-20T10:00:00Z',
    });
    await shut.remove();
    await closed.stop();
    expect(result).toMatchObject({ refusal: { code: 'host/nonsense' } });
  });
});
