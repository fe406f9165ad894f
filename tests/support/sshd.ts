import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pathOf } from './requirements.ts';

/** A real sshd on a free port of the loopback interface. */
export interface TestSshd {
  readonly address: string;
  readonly port: number;
  readonly user: string;
  /** Content of a known_hosts file that names its key. */
  readonly knownHosts: string;
  /** `type base64` of its host key. */
  readonly hostKey: string;
  readonly privateKeyPath: string;
  readonly privateKey: string;
  /** What sshd logged so far. */
  readonly log: () => string;
  stop(): Promise<void>;
}

/** True where these tests can run; give it to `describe.skipIf(!…)`. */
export const hasSshd = pathOf('sshd') !== undefined;

/**
 * Starts an sshd that lets the user of the tests in with a new key; further
 * lines of its configuration may be given.
 */
export async function startSshd(
  ...options: readonly string[]
): Promise<TestSshd> {
  const sshd = pathOf('sshd');
  if (sshd === undefined) throw new Error('sshd is missing');
  const folder = mkdtempSync(join(tmpdir(), 'apply-gates-sshd-'));
  const hostKey = makeKey(join(folder, 'host_key'));
  const clientKey = makeKey(join(folder, 'client_key'));
  writeFileSync(join(folder, 'authorized_keys'), `${clientKey}\n`);
  const port = await findFreePort();
  const lines = [...renderConfig(folder, port), ...options, ''];
  writeFileSync(join(folder, 'sshd_config'), lines.join('\n'));
  // Debian's sshd insists on it when it is started by root.
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true });
  const log = join(folder, 'log');
  const config = join(folder, 'sshd_config');
  const child = spawn(sshd, ['-D', '-f', config, '-E', log], {
    stdio: 'ignore',
  });
  const readLog = () => (existsSync(log) ? readFileSync(log, 'utf8') : '');
  await untilListening(port, child, readLog);
  const privateKeyPath = join(folder, 'client_key');
  return {
    address: '127.0.0.1',
    port,
    user: userInfo().username,
    hostKey,
    knownHosts: `[127.0.0.1]:${port} ${hostKey}\n`,
    privateKeyPath,
    privateKey: readFileSync(privateKeyPath, 'utf8'),
    log: readLog,
    stop: async () => {
      child.kill();
      if (child.exitCode === null && child.signalCode === null) {
        await new Promise((resolve) => child.once('exit', resolve));
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function makeKey(path: string): string {
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', path]);
  const [type = '', key = ''] = readFileSync(`${path}.pub`, 'utf8').split(' ');
  return `${type} ${key}`;
}

function renderConfig(folder: string, port: number): string[] {
  return [
    'ListenAddress 127.0.0.1',
    `Port ${port}`,
    `HostKey ${join(folder, 'host_key')}`,
    `AuthorizedKeysFile ${join(folder, 'authorized_keys')}`,
    `PidFile ${join(folder, 'pid')}`,
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'PermitRootLogin prohibit-password',
    'StrictModes no',
    'UsePAM no',
    // Bash reads the rc file of whoever runs the tests in a session of sshd,
    // unless it is told that it runs in another shell.
    'SetEnv SHLVL=1',
    'MaxStartups 100',
  ];
}

async function findFreePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('port');
  return address.port;
}

async function untilListening(
  port: number,
  child: ChildProcess,
  log: () => string,
): Promise<void> {
  while (child.exitCode === null) {
    if (await answers(port)) return;
    await delay(20);
  }
  throw new Error(`sshd ended with ${child.exitCode}: ${log()}`);
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('data', () => resolve(socket.destroy() !== undefined));
    socket.once('error', () => resolve(false));
    socket.once('close', () => resolve(false));
  });
}
