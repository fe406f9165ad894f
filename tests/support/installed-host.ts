import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  mkdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { systemExec } from '../../src/adapters/exec.ts';
import { runCommand } from './command-line.ts';
import type { Platform } from './platform.ts';
import type { TestSshd } from './sshd.ts';

/** A key pair of its own, beside the one that the sshd lets in. */
export interface KeyPair {
  readonly path: string;
  readonly privateKey: string;
  /** `type blob` */
  readonly publicKey: string;
}

export function makeKeyPair(path: string): KeyPair {
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', path]);
  const [type, blob] = readFileSync(`${path}.pub`, 'utf8').split(' ');
  return {
    path,
    privateKey: readFileSync(path, 'utf8'),
    publicKey: `${type} ${blob}`,
  };
}

/** `SHA256:…`, as sshd logs it. */
export function fingerprintOf({ path }: KeyPair): string {
  const told = execFileSync('ssh-keygen', ['-l', '-f', `${path}.pub`], {
    encoding: 'utf8',
  });
  return told.split(' ')[1] ?? '';
}

/** A host whose administrator pins the key of a runner to our program. */
export interface InstalledHost {
  /** The key of the runner: pinned once `run('install', …)` was done. */
  readonly key: KeyPair;
  /** Reads the repository, where an install says so. */
  readonly deployKey: KeyPair;
  readonly authorizedKeys: string;
  readonly program: string;
  readonly conf: string;
  /** `apply-gates host <verb> demo …` by somebody whom the sshd lets in. */
  run(
    verb: 'install' | 'check' | 'remove',
    ...args: readonly string[]
  ): ReturnType<typeof runCommand>;
  /** Options that let the host look into the remote itself. */
  readonly repository: readonly string[];
  /** Runs ssh with the key of the runner, as somebody who stole it would. */
  ssh(
    args: readonly string[],
    input?: string,
  ): Promise<{ readonly status: number | undefined; readonly stdout: string }>;
}

export function makeInstalledHost(
  platform: Platform,
  sshd: TestSshd,
): InstalledHost {
  const folder = join(platform.root, 'administrator');
  mkdirSync(folder);
  const key = makeKeyPair(join(folder, 'runner'));
  const deployKey = makeKeyPair(join(folder, 'deploy'));
  const knownHosts = join(folder, 'known_hosts');
  writeFileSync(knownHosts, sshd.knownHosts);
  const authorizedKeys = join(dirname(sshd.privateKeyPath), 'authorized_keys');
  const remote = `ssh://${sshd.user}@${sshd.address}:${sshd.port}${platform.remote}`;
  appendFileSync(
    authorizedKeys,
    `restrict,command="git-upload-pack '${platform.remote}'" ${deployKey.publicKey}\n`,
  );
  const prefix = join(folder, 'usr');
  const etc = join(folder, 'etc');
  return {
    key,
    deployKey,
    authorizedKeys,
    program: join(prefix, 'lib/apply-gates/apply-gates-host'),
    conf: join(etc, 'host.conf'),
    run: (verb, ...args) =>
      runCommand(
        platform,
        'host',
        verb,
        'demo',
        ...['--identity', sshd.privateKeyPath, '--prefix', prefix],
        ...['--conf-dir', etc, '--authorized-keys', authorizedKeys],
        ...args,
      ),
    repository: [
      ...['--repository', remote, '--deploy-key-file', deployKey.path],
      ...['--repository-known-hosts', knownHosts],
    ],
    ssh: async (args, input = '') => {
      const { exitCode, stdout } = await systemExec.run({
        file: 'ssh',
        args: [
          ...['-F', '/dev/null', '-i', key.path, '-p', String(sshd.port)],
          ...['-o', 'BatchMode=yes', '-o', `UserKnownHostsFile=${knownHosts}`],
          ...['-o', 'IdentitiesOnly=yes', '-l', sshd.user],
          ...args,
        ],
        env: { PATH: process.env['PATH'] ?? '' },
        input,
        timeoutMs: 20_000,
      });
      return { status: exitCode, stdout: stdout.toString('utf8') };
    },
  };
}
