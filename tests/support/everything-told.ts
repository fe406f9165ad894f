import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { JobRun } from './forge-runner.ts';
import type { Platform } from './platform.ts';

/**
 * All that a run left where somebody may read it: what its steps printed and
 * put out, every file of its job, and the whole of the state branch.
 */
export function everythingTold(run: JobRun, platform: Platform): string {
  const job = dirname(run.job.temporary);
  const kept = readdirSync(job, { recursive: true, encoding: 'utf8' })
    .filter((path) => !path.startsWith('workspace'))
    .map((path) => join(job, path))
    .filter((path) => statSync(path).isFile())
    .map((path) => readFileSync(path, 'utf8'));
  const state = platform.git(
    ...['-C', platform.remote, 'log', '-p', '--all', '--', '.platform/state'],
  );
  const told = run.steps.map((step) => JSON.stringify(step));
  return [...told, run.log, run.record, ...kept, state].join('\n');
}
