import { once } from 'node:events';
import {
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readStatusOf, runTestLane } from '../../../tests/support/lane-run.ts';
import { kindsOf, readEntries } from '../../../tests/support/platform-log.ts';
import {
  makeServicePlatform,
  renderPolicy,
  type ServicePlatform,
} from '../../../tests/support/service-platform.ts';
import {
  makeProcessJob,
  type ProcessJob,
} from '../../../tests/support/step-process.ts';
import {
  dispatchEvent,
  makeStepRun,
  pushEvent,
} from '../../../tests/support/step-run.ts';
import { systemClock } from '../../adapters/clock.ts';
import { APPROVAL_GATE } from '../../gates/approval/decide-approval.ts';
import { STEPS } from '../../lanes/steps.ts';
import { passVerdict } from '../../model/verdict.ts';
import { reconcileStep } from '../reconcile/run.ts';
import { executeStep } from '../step.ts';

const PHASES = ['plan', 'apply', 'health'] as const;

let platform: ServicePlatform;
let job: ProcessJob;

beforeEach(async () => {
  platform = makeServicePlatform();
  const before = platform.git('rev-parse', 'HEAD');
  const after = platform.commit(
    platform.module('web', {
      scripts: {
        plan: pauseIn('plan'),
        apply: pauseIn('apply'),
        health: pauseIn('health'),
      },
    }),
  );
  const event = pushEvent(before, after);
  if (event.name !== 'push') throw new Error('push');
  job = makeProcessJob(platform, event, '77');
  await runGates();
});
afterEach(() => platform.close());

/** Shell that says it was reached and takes its time, where it is asked to. */
function pauseIn(phase: string): string {
  const folder = platform.services;
  return `if [ -e ${folder}/slow-${phase} ]; then : >${folder}/reached; sleep 1.5; while [ -e ${folder}/hold ]; do sleep 0.1; done; fi`;
}

async function runGates(): Promise<void> {
  for (const name of [
    'auto-apply-scope',
    'stateful-gate',
    'module-plan',
    'plan-noop-guard',
  ]) {
    const step = STEPS.get(name);
    if (!step) throw new Error(name);
    const inputs: Record<string, string> =
      name === 'auto-apply-scope'
        ? {}
        : {
            modules: '["web"]',
            ...(name === 'plan-noop-guard' ? { 'require-noop': 'false' } : {}),
          };
    const outcome = await executeStep(step, inputs, job.ports);
    expect(outcome.verdict.decision, outcome.verdict.reason).toBe('pass');
  }
  // There is no forge here that it could ask.
  const about = { gate: APPROVAL_GATE, sha: job.ports.context.sha };
  const details = { modules: ['web'] };
  const verdict = passVerdict(about, 'approval/approved', 'merged', details);
  job.ports.verdicts.appendVerdict(APPROVAL_GATE, verdict);
}

/** Kills module-apply once the host is in that phase; its exit status. */
async function killIn(phase: string, signal: NodeJS.Signals) {
  writeFileSync(join(platform.services, `slow-${phase}`), '');
  const child = job.start('module-apply', { modules: '["web"]' });
  const exited = once(child, 'exit');
  await until(() => existsSync(join(platform.services, 'reached')));
  child.kill(signal);
  await exited;
  rmSync(join(platform.services, `slow-${phase}`));
  return child.exitCode;
}

async function until(holds: () => boolean): Promise<void> {
  const end = Date.now() + 30_000;
  while (!holds()) {
    if (Date.now() > end) throw new Error('it never came to that');
    await delay(50);
  }
}

/** The host's own record of the attempt, once it has ended. */
async function readEndedRecord(): Promise<{ result: string }> {
  const folder = join(platform.runtimeRoot, 'attempts');
  let text = '';
  await until(() => {
    const [name] = existsSync(folder) ? readdirSync(folder) : [];
    text = name ? readFileSync(join(folder, name), 'utf8') : '';
    return text.includes('"phase":"finished"');
  });
  return JSON.parse(text) as { result: string };
}

function runAgain() {
  platform.git('fetch', '-q', 'origin');
  const head = platform.git('rev-parse', 'HEAD');
  return runTestLane(platform, dispatchEvent(head, { module: 'web' }));
}

/** The host's own record made an applied of the unknown. */
function expectTruth(): void {
  expect(readStatusOf(platform, 'web')).toMatchObject({
    last_apply_result: 'applied',
    last_apply_sha: platform.git('rev-parse', 'HEAD'),
    health: 'healthy',
    run: { id: '77' },
  });
  expect(platform.applies('web')).toEqual(['1']);
}

const kinds = () =>
  job.ports.verdicts
    .read()
    .filter((entry) => entry.step === 'module-apply')
    .map((entry) => entry.kind);

describe.each(PHASES)(
  '50: stopped while the host is in the phase %s',
  (phase) => {
    it('SIGTERM: it is on record as unknown, then the host explains it', async () => {
      expect(await killIn(phase, 'SIGTERM')).toBe(8);
      expect(kinds()).toEqual(['intent', 'result', 'verdict']);
      expect(readStatusOf(platform, 'web')).toMatchObject({
        last_apply_result: 'unknown',
        health: 'unknown',
        tree: null,
      });
      expect((await readEndedRecord()).result).toBe('applied');
      const again = await runAgain();
      expect(again.code('apply')).toBe('apply/noop');
      expectTruth();
      expect(kindsOf(platform)).toEqual([
        ...['note', 'intent', 'result', 'reconcile', 'intent', 'result'],
      ]);
    });

    it('SIGKILL: the intent is on record, and the host tells the truth', async () => {
      expect(await killIn(phase, 'SIGKILL')).toBeNull();
      expect(kinds()).toEqual(['intent']);
      expect(readStatusOf(platform, 'web')).toMatchObject({
        last_apply_result: 'unknown',
        tree: null,
      });
      expect((await readEndedRecord()).result).toBe('applied');
      const again = await runAgain();
      expect(again.code('apply')).toBe('apply/noop');
      expectTruth();
      expect(kindsOf(platform)).toEqual([
        ...['note', 'intent', 'reconcile', 'lease', 'intent', 'result'],
      ]);
    });
  },
);

/** The remote takes its time behind each push that it has taken. */
function makeRemoteSlow(): void {
  const pushes = `${platform.services}/pushes`;
  const pause = pauseIn(`push-$(wc -l <${pushes})`);
  const hook = join(platform.remote, 'hooks/post-receive');
  writeFileSync(hook, `#!/bin/sh\necho >>${pushes}\n${pause}\n`, {
    mode: 0o755,
  });
}

it('50: SIGKILL behind the intent, before the host: what never began never will', async () => {
  makeRemoteSlow();
  await killIn('push-1', 'SIGKILL');
  expect(kindsOf(platform)).toEqual(['note', 'intent']);
  expect(readStatusOf(platform, 'web')?.last_apply_result).toBe('unknown');
  expect(platform.isUntouched()).toBe(true);
  const again = await runAgain();
  expect(again.code('apply')).toBe('apply/applied');
  const [, , reconcile] = readEntries(platform);
  expect(reconcile?.body).toMatchObject({ result: 'not_begun' });
  expect(platform.applies('web')).toEqual(['1']);
});

it('50: what never began stays open on a host that is only observed', async () => {
  makeRemoteSlow();
  await killIn('push-1', 'SIGKILL');
  const policy = renderPolicy(platform.runtimeRoot, { mode: 'observe' });
  const head = platform.commit({ '.platform/gates.yaml': policy });
  let slept = 0;
  const clock = {
    ...systemClock,
    elapsed: () => slept,
    sleep: async (milliseconds: number) => {
      slept += milliseconds;
    },
  };
  const run = makeStepRun(platform, dispatchEvent(head, {}), { clock });
  const { outputs } = await run.run(reconcileStep, { drift: 'false' });
  expect(outputs['told']).toContain('apply/unknown');
  expect(outputs['closed']).toBe('[]');
  expect(platform.isUntouched()).toBe(true);
});

it('50: SIGKILL behind the result: there is nothing left to explain', async () => {
  makeRemoteSlow();
  await killIn('push-2', 'SIGKILL');
  expectTruth();
  expect(kindsOf(platform)).toEqual(['note', 'intent', 'result']);
  expect((await runAgain()).code('apply')).toBe('apply/noop');
  expect(kindsOf(platform)).not.toContain('reconcile');
});

it('50: a run that comes while the stopped one is still at it waits its turn', async () => {
  const hold = join(platform.services, 'hold');
  writeFileSync(hold, '');
  await killIn('apply', 'SIGTERM');
  const again = await runAgain().finally(() => rmSync(hold));
  expect(again.exitStatus).not.toBe(0);
  await readEndedRecord();
  expect(platform.applies('web')).toEqual(['1']);
});

it('50: stopped before it reached a host, it leaves everything as it was', async () => {
  const child = job.start('module-apply', { modules: '["web"]' });
  await delay(50);
  child.kill('SIGTERM');
  await once(child, 'exit');
  expect(kinds()).not.toContain('intent');
  expect(platform.applies('web')).toEqual([]);
});
