import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** Holds a lock file until it is let go. */
export async function holdLock(path: string): Promise<() => Promise<void>> {
  const child = spawn('flock', [path, 'sh', '-c', 'echo held; cat'], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  await once(child.stdout, 'data');
  return async () => {
    child.stdin.end();
    await once(child, 'exit');
  };
}
