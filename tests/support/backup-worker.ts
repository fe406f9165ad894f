import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** Folders of the runs that go on, or were killed. */
export function backupRuns(backupRoot: string): string[] {
  const folder = join(backupRoot, '.work');
  const found = existsSync(folder)
    ? readdirSync(folder, { withFileTypes: true })
    : [];
  return found
    .filter((each) => each.isDirectory())
    .map(({ name }) => join(folder, name));
}

/** Until the worker of a run is there, and what it has written so far. */
export async function untilRuns(
  backupRoot: string,
  file: string,
): Promise<string> {
  for (;;) {
    const [run] = backupRuns(backupRoot);
    if (run !== undefined && existsSync(join(run, file))) return run;
    await delay(5);
  }
}

/** The process of the worker that has this folder. */
export function workerOf(run: string): number {
  const found = readdirSync('/proc').find((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
      return words.at(-3) === 'worker' && words.at(-2) === run;
    } catch {
      return false;
    }
  });
  return Number(found);
}

/** Until a run has looked everything up, and asks for the lock of the host. */
export async function untilWaiting(run: string): Promise<void> {
  const worker = String(workerOf(run));
  const isWaiting = () => {
    const asked = spawnSync('pgrep', ['-P', worker, '-x', 'flock']);
    return asked.status === 0;
  };
  while (!isWaiting()) await delay(5);
}
