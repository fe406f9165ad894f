import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { enginePath } from './engine.ts';

/** Waits for what the engine does to a project from the moment it was made. */
export interface EngineMoments {
  /** Resolves right after so many events of containers; false if they stop. */
  reach(count: number): Promise<boolean>;
  /** What happened so far, such as `create web-1`. */
  readonly told: () => readonly string[];
  stop(): Promise<void>;
}

/**
 * Moments of an operation are told by its events: they come in one order. The
 * options of the client may name another engine.
 */
export function watchMoments(
  project: string,
  client: readonly string[] = [],
): EngineMoments {
  const format = '{{.Action}} {{.Actor.Attributes.name}}';
  const since = String(Date.now() / 1000);
  const label = `label=com.docker.compose.project=${project}`;
  const child = spawn(
    enginePath(),
    [
      ...client,
      ...['events', '--since', since, '--format', format],
      ...['--filter', 'type=container', '--filter', label],
    ],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  );
  const told: string[] = [];
  const lines = readLines(child, (line) => told.push(line));
  let stopped = false;
  return {
    told: () => told,
    reach: async (count) => {
      while (!stopped && told.length < count) await delay(2);
      return !stopped;
    },
    stop: async () => {
      stopped = true;
      child.kill();
      await lines;
    },
  };
}

async function readLines(
  child: ChildProcess,
  take: (line: string) => void,
): Promise<void> {
  let rest = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    const parts = `${rest}${chunk}`.split('\n');
    rest = parts.pop() ?? '';
    for (const part of parts) take(part);
  });
  await once(child, 'close');
}

/** Ids of the processes of compose that act on a project at this moment. */
export function composeProcesses(project: string): number[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^[0-9]+$/.test(name)) return [];
    try {
      const program = basename(readlinkSync(`/proc/${name}/exe`));
      const words = readFileSync(`/proc/${name}/cmdline`, 'utf8').split('\0');
      const acts = words.includes(project) && words.includes('up');
      return program === 'docker-compose' && acts ? [Number(name)] : [];
    } catch {
      return [];
    }
  });
}

/** Sends a signal to the compose of a project; false where none is there. */
export function signalCompose(
  project: string,
  signal: NodeJS.Signals,
): boolean {
  const found = composeProcesses(project);
  for (const id of found) {
    try {
      process.kill(id, signal);
    } catch {
      // It has ended in between.
    }
  }
  return found.length > 0;
}
