import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { expectRefusal } from '../support/expect-refusal.ts';
import { findFreePort } from '../support/free-port.ts';
import {
  type Lane,
  type LaneSettings,
  openLane,
  type RunOptions,
} from '../support/lane.ts';
import { hasSshd, startSshd, type TestSshd } from '../support/sshd.ts';

describe.skipIf(!hasSshd)('a host', () => {
  let sshd: TestSshd;
  let other: TestSshd;
  let lane: Lane;
  beforeAll(async () => {
    [sshd, other] = await Promise.all([startSshd(), startSshd()]);
  });
  afterEach(() => lane?.close());
  afterAll(() => Promise.all([sshd?.stop(), other?.stop()]));

  async function refused(
    settings: LaneSettings,
    code: string,
    options?: RunOptions,
  ) {
    lane = await openLane({ sshd, modules: { web: {} }, ...settings });
    const version = lane.platform.module('web', { version: '2' });
    const run = () => lane.push(version, options);
    return await expectRefusal(lane, run, ['plan', code]);
  }

  it('that does not answer', async () => {
    const port = await findFreePort();
    const knownHosts = sshd.knownHosts.replace(`:${sshd.port} `, `:${port} `);
    await refused({ host: { port }, knownHosts }, 'plan/host-unreachable');
  });

  it('whose name does not exist', () =>
    refused({ host: { address: 'host.invalid' } }, 'plan/host-unreachable'));

  it('hostkey: with another key', async () => {
    const knownHosts = sshd.knownHosts.replace(sshd.hostKey, other.hostKey);
    await refused({ knownHosts }, 'plan/host-key');
  });

  it('hostkey: with a revoked key', () =>
    refused({ knownHosts: `@revoked ${sshd.knownHosts}` }, 'plan/host-key'));

  it('hostkey: with an unknown key', () =>
    refused({ knownHosts: '# nobody\n' }, 'plan/host-key'));

  it('hostkey: a key that only the push brings does not count', async () => {
    lane = await openLane({
      sshd,
      knownHosts: '# nobody\n',
      modules: { web: {} },
    });
    const run = () =>
      lane.push({
        ...lane.platform.module('web', { version: '2' }),
        '.platform/known_hosts': sshd.knownHosts,
      });
    await expectRefusal(lane, run, ['scope', 'scope/control-change']);
  });

  it('that does not know our key', () =>
    refused({}, 'plan/host-unreachable', {
      secrets: { APPLY_GATES_SSH_KEY: other.privateKey },
    }));

  it('for which there is no key', () =>
    refused({}, 'plan/host-unreachable', { secrets: {} }));

  it('for which the key is nonsense', async () => {
    const secrets = { APPLY_GATES_SSH_KEY: 'not a key at all' };
    const job = await refused({}, 'plan/host-unreachable', { secrets });
    const shown = job.log.replaceAll(/^::add-mask::.*$/gm, '');
    expect(shown).not.toContain('not a key at all');
  });

  it('whose folder cannot be written to', async () => {
    lane = await openLane({
      sshd,
      host: { runtime_root: '/proc/apply-gates' },
      modules: { web: {} },
    });
    const named = { module: 'web', acknowledge_host: 'demo' };
    const run = await lane.dispatch(named);
    expect(run.status).toBe('failure');
    expect(run.codes['apply']).toBe('host/unwritable');
    expect(run.log).toContain('install -d -m 755');
    expect(lane.platform.running('web')).toBeUndefined();
  });

  it('env-canary: a configuration or an agent of the runner is not asked', async () => {
    lane = await openLane({ sshd, modules: { web: {} } });
    const home = join(lane.platform.root, 'dirty-home');
    mkdirSync(join(home, '.ssh'), { recursive: true, mode: 0o700 });
    writeFileSync(
      join(home, '.ssh/config'),
      `Host *\n  ProxyCommand touch ${home}/pwned\n`,
    );
    writeFileSync(
      join(home, '.gitconfig'),
      '[url "http://127.0.0.1:1/"]\n  insteadOf = http://\n',
    );
    const run = await lane.push(lane.platform.module('web', { version: '2' }), {
      machine: { HOME: home, SSH_AUTH_SOCK: `${home}/agent` },
    });
    expect(run.codes).toMatchObject({ apply: 'apply/applied' });
    expect(existsSync(join(home, 'pwned'))).toBe(false);
  });
});
