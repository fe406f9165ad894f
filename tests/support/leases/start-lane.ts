import { type ChildProcess, spawn } from 'node:child_process';
import type { LaneJob } from './lane-process.ts';

const HOUR_MS = 3_600_000;

/** Starts a lane on a machine whose clock may be an hour off. */
export function startLane(program: string, job: LaneJob) {
  const offset = pick([-HOUR_MS, 0, HOUR_MS]);
  return spawn('node', [program, JSON.stringify(job)], {
    cwd: job.checkout,
    // A group of its own, so that all that it starts can be struck with it.
    detached: true,
    env: {
      PATH: process.env['PATH'] ?? '',
      LANE_CLOCK_OFFSET_MS: String(offset),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** To the process and all that it has started on this side. */
export function signal({ pid }: ChildProcess, name: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(-pid, name);
  } catch {
    // All of them have ended.
  }
}

export function pick<Item>(items: readonly Item[]): Item {
  return items[Math.floor(Math.random() * items.length)] as Item;
}
