import { expect } from 'vitest';
import { exitStatusOf, isReasonCode } from '../../src/model/reason-codes.ts';
import type { JobRun } from './forge-runner.ts';
import type { Lane } from './lane.ts';

/**
 * Runs something that must be refused: by this step, with this code and its
 * exit status, with a remedy, and with the host as it was.
 */
export async function expectRefusal(
  lane: Lane,
  run: () => Promise<JobRun>,
  refusal: readonly [step: string, code: string],
): Promise<JobRun> {
  const [step, code] = refusal;
  const before = lane.listHost();
  const job = await run();
  expect(job.codes[step], job.log).toBe(code);
  if (!isReasonCode(code)) throw new Error(`${code} is no reason code`);
  expect(job.exitCode).toBe(exitStatusOf(code));
  const verdict = JSON.parse(job.outputs(step)['verdict'] ?? '{}');
  expect(verdict).toMatchObject({ decision: 'refuse', code });
  expect(verdict.remedy).not.toBe('');
  expect(job.log).toContain(verdict.remedy);
  expect(lane.listHost()).toEqual(before);
  return job;
}
