import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runTestLane } from '../../../tests/support/lane-run.ts';
import { countCommits } from '../../../tests/support/platform-log.ts';
import {
  makeServicePlatform,
  type ServicePlatform,
} from '../../../tests/support/service-platform.ts';
import { makeStepRun, pushEvent } from '../../../tests/support/step-run.ts';
import { systemClock } from '../../adapters/clock.ts';
import { renewLease, takeLease } from '../../gates/lease/change-lease.ts';
import type { Lease } from '../../model/lease.ts';
import { reconcileStep } from './run.ts';

let platform: ServicePlatform;
let before: string;
beforeEach(async () => {
  platform = makeServicePlatform();
  before = platform.git('rev-parse', 'HEAD');
  await apply({ version: '2' });
});
afterEach(() => platform.close());

const tip = () => platform.git('rev-parse', 'HEAD');

async function apply(options: { version: string }) {
  const after = platform.commit(platform.module('web', options));
  return runTestLane(platform, pushEvent(before, after));
}

/** Time that passes only while somebody sleeps, and what happens meanwhile. */
function reconcile(
  inputs: Record<string, string> = {},
  meanwhile: (slept: number) => void = () => {},
) {
  let slept = 0;
  const clock = {
    ...systemClock,
    elapsed: () => slept,
    sleep: async (milliseconds: number) => {
      slept += milliseconds;
      meanwhile(slept);
    },
  };
  const run = makeStepRun(platform, pushEvent(tip(), tip()), { clock });
  return run
    .run(reconcileStep, inputs)
    .then((outcome) => ({ ...outcome, slept }));
}

const stateFile = (path: string) =>
  platform.readRemote('platform-state', `state/${path}`);

/** Writes a file of the state branch, as another run might. */
function write(path: string, text: string): void {
  const { git } = platform;
  git('fetch', '-q', 'origin', 'platform-state');
  git('checkout', '-q', 'FETCH_HEAD');
  const place = join(platform.checkout, 'state', path);
  mkdirSync(dirname(place), { recursive: true });
  writeFileSync(place, text);
  git('add', '-A');
  git('commit', '-q', '-m', 'another run');
  git('push', '-q', 'origin', 'HEAD:refs/heads/platform-state');
  git('checkout', '-q', '-f', 'main');
}

describe('leases', () => {
  const foreign = takeLease('here', {
    taker: {
      id: 'f'.repeat(32),
      run: { id: '99', number: '99', attempt: '1', url: '' },
      actor: 'grace',
      reason: null,
      duration_ms: 900_000,
    },
    fence: 6,
    at: new Date(Date.now() - 3_600_000),
  });
  const writeLease = (lease: Lease) =>
    write(`leases/${lease.host}.json`, JSON.stringify(lease));
  const lease = () => JSON.parse(stateFile('leases/here.json') ?? '') as Lease;

  it('of a run without a sign of life are watched for their length, and freed', async () => {
    writeLease(foreign);
    const { outputs, slept } = await reconcile();
    expect(outputs['freed']).toBe('["here"]');
    expect(slept).toBeGreaterThanOrEqual(900_000);
    expect(lease()).toMatchObject({ fence: 6, holder: null });
    expect((await reconcile()).outputs['told']).not.toContain('lease');
  });

  it('of a run that lives are left alone, and watched no longer than that takes', async () => {
    writeLease(foreign);
    let renewed = false;
    const { outputs, slept } = await reconcile({}, (slept) => {
      if (slept < 300_000 || renewed) return;
      renewed = true;
      writeLease(renewLease(foreign, new Date()));
    });
    expect(outputs['freed']).toBe('[]');
    expect(slept).toBeLessThan(400_000);
    expect(lease().holder?.actor).toBe('grace');
  });

  it('that others take meanwhile keep what they are about to begin', async () => {
    writeLease({ ...foreign, host: 'there' });
    const path = '.platform/state/modules/web.status.json';
    const status = JSON.parse(
      platform.readRemote('platform-state', path) ?? '',
    );
    let begun = false;
    const { outputs } = await reconcile({}, () => {
      if (begun) return;
      begun = true;
      writeLease(foreign);
      const unknown = { last_apply_result: 'unknown', attempt: 'theirs' };
      write(`../${path}`, JSON.stringify({ ...status, ...unknown }));
    });
    expect(outputs).toMatchObject({ freed: '["there"]', closed: '[]' });
    expect(platform.readRemote('platform-state', path)).toContain('unknown');
  });

  it('of a person are not watched', async () => {
    const holder = { ...foreign.holder, reason: 'a new disk' };
    writeLease({ ...foreign, holder });
    expect(await reconcile()).toMatchObject({
      slept: 0,
      outputs: { freed: '[]' },
    });
  });

  it('that cannot be read are told once, and left alone', async () => {
    write('leases/here.json', 'nonsense');
    expect((await reconcile()).outputs['told']).toContain('lease/unreadable');
    expect((await reconcile()).outputs['told']).toBe('[]');
    expect(stateFile('leases/here.json')).toBe('nonsense');
  });
});

describe('claims', () => {
  it('of another run are kept while they may be at work', async () => {
    platform.commit(platform.module('web', { version: '3' }));
    const claim = {
      head: tip(),
      modules: ['web'],
      holder: 'f'.repeat(32),
      run: { id: '99', number: '99', attempt: '1', url: '' },
    };
    const since = (minutes: number) => {
      const at = new Date(Date.now() - minutes * 60_000).toISOString();
      const document = { schema: 1, claim: { ...claim, at }, told: [] };
      write('reconcile.json', JSON.stringify(document));
    };
    since(5);
    const lost = await reconcile();
    expect(lost.verdict.code).toBe('reconcile/claimed-elsewhere');
    expect(lost.outputs['modules']).toBe('[]');
    since(40);
    const won = await reconcile();
    expect(won.verdict.code).toBe('reconcile/claimed');
    expect(won.outputs['modules']).toBe('["web"]');
  });

  it('that cannot be read refuse the run', async () => {
    write('reconcile.json', '{"schema":1}');
    const { verdict } = await reconcile();
    expect(verdict).toMatchObject({
      decision: 'refuse',
      code: 'audit/not-durable',
      evidence: { state: 'state/malformed', path: 'state/reconcile.json' },
    });
  });
});

it('writes nothing on a dry run, and says the same', async () => {
  platform.commit(platform.module('web', { version: '3' }));
  const commits = countCommits(platform);
  const { verdict } = await reconcile({ 'dry-run': 'true' });
  expect([verdict.code, verdict.modules]).toEqual([
    'reconcile/claimed',
    ['web'],
  ]);
  expect(countCommits(platform)).toBe(commits);
});
