import { systemClock } from '../../../src/adapters/clock.ts';
import { systemExec } from '../../../src/adapters/exec.ts';
import { closeHosts } from '../../../src/adapters/transport/open-host.ts';
import type { LaneEvent } from '../../../src/model/event.ts';
import { runTestLane } from '../lane-run.ts';
import type { Platform } from '../platform.ts';
import { makeStepRun } from '../step-run.ts';

/** What a lane is told that runs in a process of its own. */
export interface LaneJob {
  /** Its own folder, for what a runner would give it. */
  readonly root: string;
  readonly checkout: string;
  readonly event: LaneEvent;
  readonly run: string;
}

// Runs the lane of one job, and tells how it went as its last line:
// lane-process.ts <job as JSON>. Its clock is off by LANE_CLOCK_OFFSET_MS.
const job: LaneJob = JSON.parse(process.argv[2] ?? '{}');
const offset = Number(process.env['LANE_CLOCK_OFFSET_MS'] ?? '0');
const place: Pick<Platform, 'root' | 'checkout'> = job;
// Of a platform no lane uses more than where it lies.
const platform = place as Platform;

const clock = {
  ...systemClock,
  now: () => new Date(systemClock.now().getTime() + offset),
};
const { run: id } = job;
const { context } = makeStepRun(platform, job.event).ports;
const identity = { id, number: id, attempt: '1', url: '' };
const ports = { clock, context: { ...context, identity } };
const done = await runTestLane(platform, job.event, { ports });
await closeHosts(context.folder(), systemExec);

const codes = done.steps.flatMap(({ id: step, outcome }) =>
  outcome ? [[step, outcome.verdict.code]] : [],
);
const findings = done.outcome('apply')?.verdict.findings ?? [];
process.stdout.write(
  `${JSON.stringify({
    codes: Object.fromEntries(codes),
    findings: findings.map(({ code, reason }) => `${code}: ${reason}`),
  })}\n`,
);
