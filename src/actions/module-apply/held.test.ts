import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeCountingExec } from '../../../tests/support/counting-exec.ts';
import { isApply, untilExists } from '../../../tests/support/killing-exec.ts';
import {
  type LaneRun,
  type LaneRunOptions,
  readStatusOf,
  runTestLane,
} from '../../../tests/support/lane-run.ts';
import type { Changes } from '../../../tests/support/platform.ts';
import { readEntries } from '../../../tests/support/platform-log.ts';
import {
  makeServicePlatform,
  type ServicePlatform,
} from '../../../tests/support/service-platform.ts';
import {
  dispatchEvent,
  makeStepRun,
  pushEvent,
} from '../../../tests/support/step-run.ts';
import { systemClock } from '../../adapters/clock.ts';
import { type Command, type Exec, systemExec } from '../../adapters/exec.ts';
import { renewLease, takeLease } from '../../gates/lease/change-lease.ts';
import type { Lease } from '../../model/lease.ts';

let platform: ServicePlatform;
beforeEach(() => {
  platform = makeServicePlatform();
});
afterEach(() => platform.close());

function push(changes: Changes, options: LaneRunOptions = {}) {
  const before = platform.git('rev-parse', 'HEAD');
  const after = platform.commit(changes);
  return runTestLane(platform, pushEvent(before, after), options);
}

function dispatch(inputs: Record<string, string>, actor = 'ada') {
  platform.git('fetch', '-q', 'origin');
  const event = dispatchEvent(platform.git('rev-parse', 'HEAD'), inputs);
  const { context } = makeStepRun(platform, event).ports;
  const ports = { context: { ...context, actor } };
  return runTestLane(platform, event, { ports });
}

const stateFile = (path: string) =>
  platform.readRemote('platform-state', `state/${path}`);
const lease = () => JSON.parse(stateFile('leases/here.json') ?? '{}') as Lease;

/** Writes files of the state branch, as another run might. */
function write(files: Readonly<Record<string, string>>): void {
  const { git } = platform;
  const has = git('ls-remote', 'origin', 'platform-state') !== '';
  if (has) git('fetch', '-q', 'origin', 'platform-state');
  git('checkout', '-q', ...(has ? ['FETCH_HEAD'] : ['--orphan', 'other']));
  if (!has) git('rm', '-rqf', '.');
  for (const [path, text] of Object.entries(files)) {
    const place = join(platform.checkout, 'state', path);
    mkdirSync(dirname(place), { recursive: true });
    writeFileSync(place, text);
  }
  git('add', '-A');
  git('commit', '-q', '-m', 'another run');
  git('push', '-q', 'origin', 'HEAD:refs/heads/platform-state');
  git('checkout', '-q', '-f', 'main');
}

/** The lease of a run that is somebody else's. */
const foreign = takeLease('here', {
  taker: {
    id: 'f'.repeat(32),
    run: { id: '99', number: '99', attempt: '1', url: '' },
    actor: 'grace',
    reason: null,
    duration_ms: 900_000,
  },
  fence: 6,
  // An hour in the past by their clock, which nobody looks at.
  at: new Date(Date.now() - 3_600_000),
});
const writeLease = (held: Lease) =>
  write({ 'leases/here.json': JSON.stringify(held) });

/** Time that passes only while somebody sleeps, and what happens meanwhile. */
function makeSleeper(meanwhile: (slept: number) => void = () => {}) {
  let slept = 0;
  const clock = {
    ...systemClock,
    elapsed: () => slept,
    sleep: async (milliseconds: number) => {
      slept += milliseconds;
      meanwhile(slept);
    },
  };
  return { clock, slept: () => slept };
}

describe('leases', () => {
  it('are taken with the intents and released with the results: no push of their own', async () => {
    await push(platform.module('web'));
    const counted = makeCountingExec();
    const run = await push(platform.module('api'), {
      ports: { exec: counted.exec },
    });
    expect(run.code('apply')).toBe('apply/applied');
    expect(counted.count('push')).toBe(2);
    expect(lease()).toMatchObject({ fence: 2, holder: null });
    expect(readStatusOf(platform, 'api')?.fence).toBe(2);
    const fence = readFileSync(join(platform.runtimeRoot, '.fence'), 'utf8');
    expect(fence).toMatch(/^2 [0-9a-f]{32}\n$/);
    const fenced = readEntries(platform).filter((each) => each.fence === 2);
    expect(fenced.map(({ kind }) => kind)).toEqual(['intent', 'result']);
  });

  it('of a dead holder is taken over once it was watched for its length, on record', async () => {
    writeLease(foreign);
    const { clock, slept } = makeSleeper();
    const run = await push(platform.module('web'), { ports: { clock } });
    expect(run.code('apply')).toBe('apply/applied');
    expect(slept()).toBeGreaterThanOrEqual(900_000);
    expect(slept()).toBeLessThan(900_000 + 30_000);
    expect(lease()).toMatchObject({ fence: 7, holder: null });
    const [entry] = readEntries(platform).filter(
      (each) => each.kind === 'lease',
    );
    expect(entry?.body).toMatchObject({
      change: 'overtaken',
      before: { actor: 'grace', fence: 6 },
    });
  });

  it('taken by another run in the moment of the announcement is waited for', async () => {
    const go = join(platform.root, 'go');
    const untilGo = `touch ${platform.services}/web.begun; while [ ! -e ${go} ]; do sleep 0.1; done`;
    const head = platform.commit(
      platform.module('web', { scripts: { apply: untilGo } }),
    );
    const event = dispatchEvent(head, { module: 'web' });
    let other: Promise<LaneRun> | undefined;
    const exec: Exec = {
      run: async (command) => {
        if (other === undefined && command.args.includes('push')) {
          other = runTestLane(platform, event);
          await untilExists(`${platform.services}/web.begun`);
        }
        return systemExec.run(command);
      },
    };
    let waits = false;
    const print = (line: string) => {
      waits ||= line.startsWith('Waiting: ');
    };
    const sleep = async () => {
      if (!waits) return;
      writeFileSync(go, '');
      await other;
    };
    const run = await runTestLane(platform, event, {
      ports: { exec, print, clock: { ...systemClock, sleep } },
    });
    expect((await other)?.code('apply')).toBe('apply/applied');
    // It was planned before the other one brought the change in.
    expect(run.code('apply')).toBe('apply/plan-changed');
    expect(platform.applies('web')).toEqual(['1']);
  });

  it('of a holder that lives is never taken, and the run gives up', async () => {
    writeLease(foreign);
    let held = foreign;
    let next = 0;
    const { clock } = makeSleeper((slept) => {
      if (slept < next) return;
      next = slept + 300_000;
      held = renewLease(held, new Date());
      writeLease(held);
    });
    const run = await push(platform.module('web'), { ports: { clock } });
    expect(run.code('apply')).toBe('lease/held');
    expect(run.exitStatus).toBe(8);
    expect(platform.applies('web')).toEqual([]);
    expect(lease()).toEqual(held);
  });

  it('corrupt or empty lease: blocks at once, and is left as it is', async () => {
    write({ 'leases/here.json': '' });
    const run = await push(platform.module('web'));
    expect(run.code('apply')).toBe('lease/unreadable');
    expect(run.exitStatus).toBe(8);
    expect(stateFile('leases/here.json')).toBe('');
    expect(platform.applies('web')).toEqual([]);
  });

  it('holder stopped past its lease: the host refuses the old fence, and it is on record', async () => {
    const overtake: Exec = {
      run: (command: Command) => {
        const { input } = command;
        if (Buffer.isBuffer(input) && isApply(input)) {
          mkdirSync(platform.runtimeRoot, { recursive: true });
          const place = join(platform.runtimeRoot, '.fence');
          writeFileSync(place, `9 ${'e'.repeat(32)}\n`);
        }
        return systemExec.run(command);
      },
    };
    const run = await push(platform.module('web'), {
      ports: { exec: overtake },
    });
    expect(run.code('apply')).toBe('host/fenced');
    expect(run.exitStatus).toBe(8);
    expect(platform.applies('web')).toEqual([]);
    const results = readEntries(platform).filter(
      ({ kind }) => kind === 'result',
    );
    expect(results.at(-1)).toMatchObject({
      kind: 'result',
      fence: 1,
      body: { module: 'web', code: 'host/fenced' },
    });
    // The next lane is told the number by the host, and is above it.
    expect((await dispatch({ module: 'web' })).code('apply')).toBe(
      'apply/applied',
    );
    expect(lease()).toMatchObject({ fence: 10, holder: null });
  });
});

describe('freezes', () => {
  const freeze = (over: object = {}) =>
    JSON.stringify({
      schema: 1,
      scope: { kind: 'module', name: 'web' },
      reason: 'a fair',
      author: 'ada',
      since: '2026-05-16T11:00:00Z',
      until: null,
      source: 'person',
      run: { id: '1', number: '1', attempt: '1', url: '' },
      ...over,
    });

  it('hold a push up, and let nobody pass but a person with a reason', async () => {
    write({ 'freezes/modules/web.json': freeze() });
    const run = await push({
      ...platform.module('web'),
      ...platform.module('free'),
    });
    expect(run.exitStatus).toBe(8);
    expect(run.outcome('apply')?.outputs).toMatchObject({
      applied: '["free"]',
      'not-attempted': '["web"]',
    });
    expect(run.code('apply')).toBe('freeze/frozen');
    const despite = { module: 'web', despite_freeze: 'the fair is over' };
    for (const [inputs, actor] of [
      [{ module: 'web' }, 'ada'],
      [despite, 'forgejo-actions'],
    ] as const) {
      const held = await dispatch(inputs, actor);
      expect(held.code('apply'), actor).toBe('freeze/frozen');
    }
    expect(platform.applies('web')).toEqual([]);
    const passed = await dispatch(despite);
    expect(passed.code('apply')).toBe('apply/applied');
    const intents = readEntries(platform).filter(
      ({ kind, body }) => kind === 'intent' && body['module'] === 'web',
    );
    expect(intents.map(({ body }) => body['despite_freeze'])).toEqual([
      {
        reason: 'the fair is over',
        freezes: ['state/freezes/modules/web.json'],
      },
    ]);
  });

  it('that cannot be read freeze', async () => {
    write({ 'freezes/hosts/here.json': '{' });
    const run = await push(platform.module('web'));
    expect(run.code('apply')).toBe('freeze/unreadable');
    expect(run.exitStatus).toBe(8);
    expect(platform.applies('web')).toEqual([]);
  });

  it('come once with a release that was rolled back', async () => {
    await push(platform.module('web'));
    const run = await push({ 'modules/web/version': 'broken\n' });
    expect(run.code('apply')).toBe('apply/rolled-back');
    const kept = JSON.parse(stateFile('freezes/modules/web.json') ?? '{}');
    expect(kept).toMatchObject({ source: 'rollback', author: 'ada' });
    const better = await push({ 'modules/web/version': '3\n' });
    expect(better.code('apply')).toBe('freeze/frozen');
    expect(platform.running('web')).toBe('1');
    const kinds = readEntries(platform).map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'freeze')).toHaveLength(1);
  });
});
