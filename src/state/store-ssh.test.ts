import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hasSshd, startSshd, type TestSshd } from '../../tests/support/sshd.ts';
import {
  makeStateRemote,
  type StateRemote,
} from '../../tests/support/state-remote.ts';

describe.skipIf(!hasSshd)('over ssh with a deploy key', () => {
  let remote: StateRemote;
  let sshd: TestSshd;
  beforeEach(async () => {
    remote = makeStateRemote();
    sshd = await startSshd();
  });
  afterEach(async () => {
    await sshd.stop();
    remote.remove();
  });

  const append = (ssh: { key?: string; knownHosts?: string } = {}) =>
    remote
      .open({
        address: `ssh://${sshd.user}@127.0.0.1:${sshd.port}${remote.repository}`,
        ssh: { key: sshd.privateKey, knownHosts: sshd.knownHosts, ...ssh },
      })
      .commit({
        message: 'record',
        update: async (snapshot) => {
          const before = (await snapshot.read('state/log')) ?? '';
          return new Map([['state/log', `${before}line\n`]]);
        },
      });

  it('reads and writes', async () => {
    await append();
    await append();
    expect(remote.show('state/log')).toBe('line\nline');
  });

  it('hostkey: an unknown or another host key is refused', async () => {
    const other = readFileSync(`${makeKey()}.pub`, 'utf8');
    for (const knownHosts of ['', `[127.0.0.1]:${sshd.port} ${other}`]) {
      await expect(append({ knownHosts })).rejects.toMatchObject({
        code: 'state/unavailable',
        evidence: { cause: 'refused' },
      });
    }
  });

  it('another key is refused', async () => {
    const key = readFileSync(makeKey(), 'utf8');
    await expect(append({ key })).rejects.toMatchObject({
      code: 'state/unavailable',
      evidence: { cause: 'refused' },
    });
  });

  function makeKey(): string {
    const path = join(remote.root, 'other');
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', path]);
    return path;
  }
});
