import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import type { Work, WorkEnd, WorkPlace } from './works.ts';

export interface WorkRun extends WorkPlace {
  /** PATH of the program and of what it starts. */
  readonly path: string;
  /** Ends the program, and only it, after so many milliseconds. */
  readonly killAfter?: number | undefined;
}

/** Runs a work until none of its processes is left, whoever died first. */
export async function runWork(work: Work, place: WorkRun): Promise<WorkEnd> {
  const { args, env } = work.command(place);
  const child = spawn('node', args, {
    cwd: place.checkout,
    // A group of its own, so that it can be asked who is left.
    detached: true,
    env: { PATH: place.path, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(place.killAfter === undefined
      ? {}
      : { timeout: place.killAfter, killSignal: 'SIGKILL' }),
  });
  const output = text(child.stdout);
  const said = text(child.stderr);
  const [exitCode] = await once(child, 'exit');
  while (isAlive(child.pid)) await delay(2);
  return work.read({ exitCode, output: await output, said: await said, place });
}

function isAlive(group: number | undefined): boolean {
  try {
    return group !== undefined && process.kill(-group, 0);
  } catch {
    return false;
  }
}
