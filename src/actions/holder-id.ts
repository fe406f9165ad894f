import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Who this job is as the holder of a lease: random, and the same in every step
 * of the job. The id of the run would not do, since a run may have many jobs.
 */
export function holderId(folder: string): string {
  const path = join(folder, 'lease-holder');
  if (!existsSync(path)) {
    writeFileSync(path, randomUUID().replaceAll('-', ''), { mode: 0o600 });
  }
  return readFileSync(path, 'utf8');
}
