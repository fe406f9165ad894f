import { afterEach, beforeEach, expect, it } from 'vitest';
import { type LaneRun, runTestLane } from '../../../tests/support/lane-run.ts';
import {
  readEntries,
  refusePushes,
  verifyPlatform,
} from '../../../tests/support/platform-log.ts';
import {
  makeServicePlatform,
  type ServicePlatform,
} from '../../../tests/support/service-platform.ts';
import { pushEvent } from '../../../tests/support/step-run.ts';
import type { LaneEvent } from '../../model/event.ts';

let platform: ServicePlatform;
beforeEach(() => {
  platform = makeServicePlatform();
});
afterEach(() => platform.close());

/** A change that the first gate refuses. */
function pushUnknownPath(common: Record<string, string> = {}) {
  const before = platform.git('rev-parse', 'HEAD');
  const after = platform.commit({ 'surprise.txt': 'x\n' });
  return runTestLane(platform, pushEvent(before, after), { common });
}

const evidence = (run: LaneRun) => run.outcome('report')?.verdict.evidence;

it('a refusal is on record, with who had what refused and why', async () => {
  const run = await pushUnknownPath();
  expect(run.exitStatus).toBe(4);
  expect(run.code('report')).toBe('report/refused');
  const [, entry] = readEntries(platform);
  expect(entry).toMatchObject({
    kind: 'refusal',
    body: {
      gate: 'auto-apply-scope',
      code: 'scope/unclassified-path',
      gates: { 'auto-apply-scope': 'scope/unclassified-path' },
      by: { actor: 'ada', account: 'person', event: 'push' },
    },
  });
  expect(evidence(run)).toMatchObject({ checkpoint: { size: 2 } });
  expect((await verifyPlatform(platform)).verdict).toBe('consistent');
});

it('a refusal that cannot be put on record does not hide what was refused', async () => {
  refusePushes(platform, 0);
  const run = await pushUnknownPath();
  expect(run.exitStatus).toBe(4);
  expect(run.outcome('report')?.exitStatus).toBe(0);
  expect(evidence(run)?.['not_recorded']).toMatch(/^audit\/not-durable: /);
  expect(run.printed.join('\n')).toContain('not recorded: audit/not-durable');
});

it('who only looks leaves nothing', async () => {
  const run = await pushUnknownPath({ record: 'false' });
  expect(run.exitStatus).toBe(4);
  expect(readEntries(platform)).toEqual([]);
});

it('9: a pull request from a fork is refused without a right to write', async () => {
  const base = platform.git('rev-parse', 'HEAD');
  const head = platform.commit({ 'surprise.txt': 'x\n' });
  const event: LaneEvent = {
    name: 'pull_request',
    ...{ number: 1, base, head, baseRef: 'main', defaultBranch: 'main' },
    fork: true,
  };
  const run = await runTestLane(platform, event);
  expect(run.exitStatus).not.toBe(0);
  expect(evidence(run)).toHaveProperty('not_recorded');
  expect(readEntries(platform)).toEqual([]);
});

it('how far the log went is on the summary page', async () => {
  const before = platform.git('rev-parse', 'HEAD');
  const after = platform.commit(platform.module('web'));
  const run = await runTestLane(platform, pushEvent(before, after));
  expect(run.code('apply')).toBe('apply/applied');
  const told = run.outcome('report')?.summary?.at(-1);
  const { log } = readEntries(platform)[0] ?? {};
  expect(told?.gate).toBe('audit-log');
  expect(told?.reason).toContain(`${log} has 3 entries`);
});
