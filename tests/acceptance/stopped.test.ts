import type { ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { type Lane, openLane } from '../support/lane.ts';
import { verifyPlatform } from '../support/platform-log.ts';

const STEPS = ['scope', 'stateful', 'plan', 'guard', 'apply', 'report'];
const SIGNALS = ['SIGTERM', 'SIGKILL'] as const;
/** Where a step is at work: Node starts in about a third of it. */
const DELAY_MS = 150;

const cases = STEPS.flatMap((step) =>
  SIGNALS.map((signal) => ({ step, signal })),
);

it.each(cases)(
  '50: $signal at $step leaves a state that can be read, and the next run is fine',
  async ({ step, signal }) => {
    const lane = await openLane({ modules: { web: {} } });
    try {
      const version = lane.platform.module('web', { version: '2' });
      const stopped = await lane.push(version, {
        onStart: (id, child) => {
          if (id === step) void stop(child, signal);
        },
      });
      const run = stopped.steps.find(({ id }) => id === step)?.run;
      if (signal === 'SIGTERM' && run?.outputs['code'] === 'run/stopped') {
        expect(run.exitCode).toBe(8);
      }
      await expectNextRunIsFine(lane);
    } finally {
      await lane.close();
    }
  },
);

it.each(SIGNALS)(
  '50: %s while the module is being applied: the host goes on, the next run learns how it ended',
  async (signal) => {
    const lane = await openLane({ modules: { web: {} } });
    try {
      const { module, services } = lane.platform;
      const stopped = await lane.push(
        module('web', {
          version: '2',
          scripts: { apply: `touch ${services}/at-work; sleep 2` },
        }),
        {
          onStart: (id, child) => {
            if (id === 'apply') void whenAtWork(lane, child, signal);
          },
        },
      );
      expect(stopped.status).toBe('failure');
      expect(stopped.codes['report']).toBe(
        signal === 'SIGKILL' ? 'report/interrupted' : 'report/refused',
      );
      const meanwhile = await lane.dispatch({ module: 'web' });
      if (meanwhile.status === 'failure') {
        expect(meanwhile.codes['apply']).toMatch(
          /^apply\/(?:unknown|plan-changed)$/,
        );
        await untilHostIsDone(lane);
      }
      await expectNextRunIsFine(lane);
      expect(lane.platform.applies('web')).toEqual(['2']);
    } finally {
      await lane.close();
    }
  },
);

async function stop(
  child: ChildProcess,
  signal: NodeJS.Signals,
): Promise<void> {
  await delay(DELAY_MS);
  child.kill(signal);
}

async function whenAtWork(
  lane: Lane,
  child: ChildProcess,
  signal: NodeJS.Signals,
): Promise<void> {
  while (lane.platform.running('at-work') === undefined) await delay(20);
  child.kill(signal);
}

async function untilHostIsDone({ platform }: Lane): Promise<void> {
  const folder = join(platform.host, 'attempts');
  const isFinished = (name: string) =>
    readFileSync(join(folder, name), 'utf8').includes('"phase":"finished"');
  while (!readdirSync(folder).every(isFinished)) await delay(100);
}

async function expectNextRunIsFine(lane: Lane): Promise<void> {
  await expectLogVerifies(lane);
  const next = await lane.dispatch({ module: 'web' });
  expect(next.status, next.log).toBe('success');
  expect(next.codes['apply']).toMatch(/^apply\/(?:applied|noop)$/);
  expect(lane.platform.running('web')).toBe('2');
  expect(lane.status('web')).toMatchObject({
    last_apply_sha: lane.platform.git('rev-parse', 'HEAD'),
    health: 'healthy',
  });
  await expectLogVerifies(lane);
}

async function expectLogVerifies({ platform }: Lane): Promise<void> {
  if (platform.readRemote('platform-state', 'state/AUDIT_LOG.jsonl')) {
    expect((await verifyPlatform(platform)).verdict).toBe('consistent');
  }
}
