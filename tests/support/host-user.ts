import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { startSshd, type TestSshd } from './sshd.ts';

const SOCKET = '/var/run/docker.sock';

/** True where an account can be made for a while. */
export const canAddUser =
  process.getuid?.() === 0 && spawnSync('useradd', ['--help']).status === 0;

/** An account that may speak to the engine and is not root, and a way in. */
export interface HostUser {
  readonly sshd: TestSshd;
  readonly id: number;
  remove(): Promise<void>;
}

export async function addHostUser(): Promise<HostUser> {
  const sshd = await startSshd();
  const user = `ag${randomBytes(4).toString('hex')}`;
  const group = String(statSync(SOCKET).gid);
  // A password that nobody has; without any, sshd takes the account for locked.
  const options = ['-M', '-N', '-d', '/', '-s', '/bin/sh', '-p', '*'];
  execFileSync('useradd', [...options, '-g', 'nogroup', '-G', group, user]);
  // It reads the keys as the one who comes in.
  chmodSync(dirname(sshd.privateKeyPath), 0o755);
  const id = execFileSync('id', ['-u', user], { encoding: 'utf8' });
  return {
    sshd: { ...sshd, user },
    id: Number(id),
    remove: async () => {
      await sshd.stop();
      spawnSync('userdel', [user]);
    },
  };
}
