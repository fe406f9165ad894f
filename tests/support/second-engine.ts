import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Exec, systemExec } from '../../src/adapters/exec.ts';
import { enginePath, hasEngine } from './engine.ts';
import { findProgram } from './program-path.ts';

/** An engine of one test, which it may stop, kill and starve. */
export interface SecondEngine {
  /** Options of the client that reach it. */
  readonly client: readonly string[];
  /** Runs what a transport runs on a host whose engine this one is. */
  readonly exec: Exec;
  /** Where its images and containers lie. */
  readonly dataRoot: string;
  docker(...args: readonly string[]): string;
  /** Takes an image over from the engine of the tests. */
  take(image: string): void;
  /** A program in its network, where no other one is. */
  spawnBeside(file: string, args: readonly string[]): ChildProcess;
  start(): Promise<void>;
  signal(signal: NodeJS.Signals): void;
  /** Ends it by a signal and waits until it is gone. */
  stop(signal: NodeJS.Signals): Promise<void>;
  close(): Promise<void>;
}

const PROGRAMS = ['dockerd', 'nsenter', 'unshare', 'busybox'];

/** It takes root, and a dockerd that nothing else uses. */
export const hasSecondEngine =
  hasEngine &&
  process.getuid?.() === 0 &&
  PROGRAMS.every((name) => findProgram(name) !== undefined);

/**
 * Starts one in a network of its own: a second one beside the first would take
 * its bridge away. With a size its disk is that small.
 */
export async function startSecondEngine(
  megabytes?: number,
): Promise<SecondEngine> {
  const folder = mkdtempSync(join(tmpdir(), 'apply-gates-second-'));
  const dataRoot = join(folder, 'data');
  mkdirSync(dataRoot);
  if (megabytes !== undefined) {
    const size = `size=${megabytes}m`;
    execFileSync('mount', ['-t', 'tmpfs', '-o', size, 'tmpfs', dataRoot]);
  }
  const holder = spawn(
    'unshare',
    ['--net', 'sh', '-c', 'busybox ip link set lo up; echo up; exec cat'],
    { stdio: ['pipe', 'pipe', 'ignore'] },
  );
  await once(holder.stdout, 'data');
  const socket = `unix://${folder}/socket`;
  const client = ['--host', socket];
  const home = makeHome(folder, socket);
  const spawnBeside = (
    file: string,
    args: readonly string[],
    log = 'ignore',
  ) => {
    const output = log === 'ignore' ? 'ignore' : openSync(log, 'a');
    const net = `--net=/proc/${holder.pid}/ns/net`;
    const child = spawn('nsenter', [net, file, ...args], {
      stdio: ['ignore', output, output],
    });
    if (typeof output === 'number') closeSync(output);
    return child;
  };
  const docker = (...args: readonly string[]) =>
    execFileSync(enginePath(), [...client, ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    }).trimEnd();
  let daemon: ChildProcess | undefined;
  const log = join(folder, 'log');
  const start = async () => {
    // Of one that was killed; a process that nobody buried looks alive.
    for (const stale of ['pid', 'exec/containerd/containerd.pid']) {
      rmSync(join(folder, stale), { force: true });
    }
    const started = spawnBeside(
      'dockerd',
      [
        ...['--data-root', dataRoot, '--exec-root', join(folder, 'exec')],
        ...['--pidfile', join(folder, 'pid'), '--host', socket],
        ...['--shutdown-timeout', '5'],
      ],
      log,
    );
    daemon = started;
    for (;;) {
      try {
        docker('version');
        return;
      } catch {
        if (started.exitCode !== null)
          throw new Error(readFileSync(log, 'utf8').slice(-2_000));
        await delay(100);
      }
    }
  };
  const stop = async (signal: NodeJS.Signals) => {
    const stopped = daemon;
    daemon = undefined;
    if (!stopped || stopped.exitCode !== null) return;
    const ended = once(stopped, 'exit');
    stopped.kill(signal);
    await ended;
  };
  await start();
  return {
    ...{ client, dataRoot, docker, start, stop },
    exec: {
      run: (command) =>
        systemExec.run({ ...command, env: { ...command.env, HOME: home } }),
    },
    take: (image) => {
      const archive = execFileSync(enginePath(), ['save', image], {
        maxBuffer: 256 * 1024 * 1024,
      });
      execFileSync(enginePath(), [...client, 'load', '-q'], { input: archive });
    },
    spawnBeside: (file, args) => spawnBeside(file, args),
    signal: (signal) => {
      daemon?.kill(signal);
    },
    close: async () => {
      daemon?.kill('SIGCONT');
      if (!daemon) await start();
      const ids = docker('ps', '-aq').split('\n').filter(Boolean);
      if (ids.length > 0) docker('rm', '-f', '-v', ...ids);
      await stop('SIGTERM');
      holder.stdin.end();
      await once(holder, 'exit');
      killBelow(folder);
      unmountBelow(folder);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** What watched over a container goes on when the engine was killed. */
function killBelow(folder: string): void {
  for (const name of readdirSync('/proc')) {
    if (!/^[0-9]+$/.test(name)) continue;
    try {
      const command = readFileSync(`/proc/${name}/cmdline`, 'utf8');
      if (command.includes(`\0${folder}/`))
        process.kill(Number(name), 'SIGKILL');
    } catch {
      // It has ended in between.
    }
  }
}

/** One that was killed leaves its mounts, the inner ones last. */
function unmountBelow(folder: string): void {
  const places = readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '')
    .filter((place) => place.startsWith(`${folder}/`));
  for (const place of places.sort().reverse()) {
    execFileSync('umount', ['-l', place]);
  }
}

/** A home folder from which docker and its compose reach the engine. */
function makeHome(folder: string, socket: string): string {
  const config = join(folder, 'home/.docker');
  mkdirSync(config, { recursive: true });
  const plugins = join(homedir(), '.docker/cli-plugins');
  if (existsSync(plugins)) symlinkSync(plugins, join(config, 'cli-plugins'));
  const context = (...args: readonly string[]) =>
    execFileSync(enginePath(), ['--config', config, 'context', ...args], {
      stdio: 'ignore',
    });
  context('create', 'second', '--docker', `host=${socket}`);
  context('use', 'second');
  return join(folder, 'home');
}
