import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { runCommand } from '../../support/command-line.ts';
import { dispatchEvent, pushEvent } from '../../support/forge-events.ts';
import { type Lane, openLane } from '../../support/lane.ts';
import { judgeHistory } from '../../support/leases/judge-history.ts';
import { tellingChange } from '../../support/leases/lease-hosts.ts';
import { notePushes } from '../../support/leases/push-moments.ts';
import { readHistory, readLeaseAt } from '../../support/leases/read-history.ts';
import { oneProcessWorkflow } from '../../support/one-process-workflow.ts';

/** All hundred: `APPLY_GATES_KILLS=100`. */
const KILLS = Number(process.env['APPLY_GATES_KILLS'] ?? '6');
const HOST = 'demo';

let lane: Lane;
beforeEach(async () => {
  lane = await openLane({
    policy: { state: { lease: '6s' } },
    workflow: oneProcessWorkflow(),
    modules: { web: {} },
  });
  notePushes(lane.platform.remote, { lost: 0 });
});
afterEach(() => lane.close());

it('two lanes against one host from two clones, one killed at random moments', {
  timeout: 120_000 + KILLS * 60_000,
}, async () => {
  let longestMs = 4_000;
  for (let round = 1; round <= KILLS; round += 1) {
    const { before, after } = lane.commit(version(round));
    const push = pushEvent(before, after);
    const dispatch = dispatchEvent(after, { module: 'web' });
    const [killed, other] =
      round % 2 === 0 ? [push, dispatch] : [dispatch, push];
    const started = performance.now();
    const within = Math.random() * longestMs;
    await Promise.all([
      lane.run(killed, {
        onStart: (_, child) =>
          void delay(within).then(() => child.kill('SIGKILL')),
      }),
      lane.run(other).then(() => {
        // Who had to wait for a dead one says nothing of how long one takes.
        longestMs = Math.min(longestMs, performance.now() - started);
      }),
    ]);
  }
  await expectAllWell();
});

/** Each round has something to change. */
function version(round: number) {
  const { platform } = lane;
  const place = { services: platform.services, runtimeRoot: platform.host };
  const scripts = { apply: tellingChange(HOST, place) };
  return platform.module('web', { version: `round-${round}`, scripts });
}

async function expectAllWell(): Promise<void> {
  const { platform } = lane;
  const last = await lane.dispatch({ module: 'web' });
  expect(last.codes['lane'], last.log).toMatch(/^apply\/(?:applied|noop)$/);
  const verify = ['audit', 'verify', '--host', HOST];
  const verified = await runCommand(platform, ...verify);
  expect(verified.exitCode, verified.stdout + verified.stderr).toBe(0);
  expect(platform.running('web')).toBe(`round-${KILLS}`);
  expect(lane.status('web')).toMatchObject({
    last_apply_sha: platform.git('rev-parse', 'HEAD'),
    health: 'healthy',
  });
  expect(readLeaseAt(platform, HOST)?.holder).toBeNull();
  const { problems, changes } = judgeHistory(readHistory(platform, HOST));
  expect(problems).toEqual([]);
  expect(changes).toBeGreaterThan(0);
}
