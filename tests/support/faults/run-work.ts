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

/** As the timeout of a job, past our own: Node may never hear how a child ended. */
const STUCK_MS = 360_000;

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
  const stuck = setTimeout(() => signal(child.pid, 'SIGKILL'), STUCK_MS);
  const output = text(child.stdout);
  const said = text(child.stderr);
  const [exitCode] = await once(child, 'exit');
  while (signal(child.pid, 0)) await delay(2);
  clearTimeout(stuck);
  return work.read({ exitCode, output: await output, said: await said, place });
}

/** Signals the group of a process; false where nobody is left of it. */
function signal(group: number | undefined, name: 0 | 'SIGKILL'): boolean {
  try {
    return group !== undefined && process.kill(-group, name);
  } catch {
    return false;
  }
}
