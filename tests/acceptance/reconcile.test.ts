import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { otherEvent } from '../support/forge-events.ts';
import { type Lane, openLane, type RunOptions } from '../support/lane.ts';
import {
  countCommits,
  readEntries,
  verifyPlatform,
} from '../support/platform-log.ts';
import { readWorkflowFile } from '../support/workflow-files.ts';

const workflow = readWorkflowFile('workflows/reconcile.yml');

let lane: Lane;
beforeEach(async () => {
  lane = await openLane({ modules: { web: {} } });
});
afterEach(() => lane.close());

const version = (version: string) => lane.platform.module('web', { version });
const tip = () => lane.platform.git('rev-parse', 'HEAD');
/** The schedule of the platform repository, as its runner starts it. */
const hourly = (options: RunOptions = {}) =>
  lane.run(otherEvent('schedule', tip()), { workflow, ...options });
const told = (run: Awaited<ReturnType<typeof hourly>>) =>
  (JSON.parse(run.outputs('reconcile')['told'] ?? '') as { code: string }[])
    .map(({ code }) => code)
    .filter((code) => code !== 'reconcile/never-applied');

describe('what lags behind', () => {
  it('is brought up to date where the run of its push was dropped', async () => {
    await lane.push(version('2'));
    lane.commit(version('3'));
    const run = await hourly();
    expect(run.codes, run.log).toMatchObject({
      reconcile: 'reconcile/claimed',
      scope: 'scope/eligible',
      approval: 'approval/approved',
      apply: 'apply/applied',
    });
    expect(lane.platform.running('web')).toBe('3');
    const claims = readEntries(lane.platform).filter(
      ({ body }) => body['change'] === 'claimed',
    );
    expect(claims.map(({ body }) => body['modules'])).toEqual([['web']]);
    const again = await hourly();
    expect(again.codes).toMatchObject({
      reconcile: 'reconcile/nothing-to-do',
      scope: 'scope/nothing-to-apply',
    });
    expect(again.codes).not.toHaveProperty('apply');
    expect((await verifyPlatform(lane.platform)).verdict).toBe('consistent');
  });

  it('is brought up to date from a commit that the schedule does not know', async () => {
    await lane.push(version('2'));
    const old = tip();
    lane.commit(version('3'));
    const run = await lane.run(otherEvent('schedule', old), { workflow });
    expect(run.codes, run.log).toMatchObject({ apply: 'apply/applied' });
    expect(lane.platform.running('web')).toBe('3');
  });

  it('is claimed by one of two runs at once', async () => {
    await lane.push(version('2'));
    lane.commit(version('3'));
    const both = await Promise.all([hourly(), hourly()]);
    const codes = both.map(({ codes }) => codes['reconcile']);
    expect(codes.filter((code) => code === 'reconcile/claimed')).toHaveLength(
      1,
    );
    expect(both.map(({ status }) => status)).toEqual(['success', 'success']);
    expect(lane.platform.applies('web')).toEqual(['2', '3']);
  });

  it('by hand no more than by schedule: a control change is for the lane', async () => {
    await lane.push(version('2'));
    lane.commit(version('3'));
    const first = await lane.dispatch({}, { workflow });
    expect(first.codes, first.log).toMatchObject({ apply: 'apply/applied' });
    lane.commit({ '.platform/notes': 'control', ...version('4') });
    const run = await lane.dispatch({}, { workflow });
    expect(told(run)).toEqual(['scope/control-change']);
    expect(run.codes).not.toHaveProperty('apply');
    expect(told(await hourly())).toEqual([]);
    expect(lane.platform.running('web')).toBe('3');
  });
});

describe('what is for a person', () => {
  it('what is frozen waits, is told once, and goes on when it thaws', async () => {
    await lane.push(version('2'));
    lane.commit(version('3'));
    const freeze = readWorkflowFile('workflows/freeze.yml');
    const why = { module: 'web', reason: 'a fair' };
    await lane.dispatch({ change: 'freeze', ...why }, { workflow: freeze });
    const frozen = await hourly();
    expect(frozen.status).toBe('success');
    expect(told(frozen)).toEqual(['freeze/frozen']);
    const commits = countCommits(lane.platform);
    const again = await hourly();
    expect(again.codes).toMatchObject({ reconcile: 'reconcile/nothing-to-do' });
    expect(countCommits(lane.platform)).toBe(commits);
    expect(lane.platform.running('web')).toBe('2');
    await lane.dispatch({ change: 'unfreeze', ...why }, { workflow: freeze });
    expect((await hourly()).codes).toMatchObject({ apply: 'apply/applied' });
  });

  it('what a run refused waits, also behind a later commit', async () => {
    await lane.push(version('2'));
    await lane.push({ 'nobody/owns': 'this', ...version('3') });
    expect(told(await hourly())).toEqual(['reconcile/refused-before']);
    lane.commit({ 'docs/notes.md': 'something else' });
    expect(told(await hourly())).toEqual([]);
    expect(lane.platform.running('web')).toBe('2');
    const byHand = await lane.dispatch({ module: 'web' });
    expect(byHand.codes, byHand.log).toMatchObject({ apply: 'apply/applied' });
    lane.commit(version('4'));
    expect((await hourly()).codes).toMatchObject({ apply: 'apply/applied' });
  });

  it('what failed is not tried again', async () => {
    await lane.push(version('2'));
    await lane.push(version('failing'));
    const before = lane.platform.applies('web');
    const run = await hourly();
    expect(run.codes).not.toHaveProperty('apply');
    expect(run.status).toBe('success');
    expect(lane.platform.applies('web')).toEqual(before);
  });

  it('what never was in service is told and left alone', async () => {
    const run = await hourly();
    const all = run.outputs('reconcile')['told'];
    expect(all).toContain('reconcile/never-applied');
    expect(run.codes).not.toHaveProperty('apply');
    expect((await hourly()).outputs('reconcile')['told']).toBe('[]');
  });
});

describe('what was left behind', () => {
  it('an intent without a result is closed and its lease freed, also where nothing else is to do', async () => {
    const { module, services } = lane.platform;
    const scripts = { apply: `touch ${services}/at-work; sleep 2` };
    await lane.push(module('web', { version: '2', scripts }), {
      onStart: (id, child) => {
        if (id !== 'apply') return;
        void whenAtWork().then(() => child.kill('SIGKILL'));
      },
    });
    expect(lane.status('web')?.last_apply_result).toBe('unknown');
    const run = await hourly();
    expect(run.outputs('reconcile'), run.log).toMatchObject({
      closed: '["web"]',
      freed: '["demo"]',
      modules: '[]',
    });
    expect(lane.status('web')).toMatchObject({
      last_apply_result: 'applied',
      last_apply_sha: tip(),
    });
    const file = lane.platform.readRemote(
      'platform-state',
      'state/leases/demo.json',
    );
    expect(JSON.parse(file ?? '')).toMatchObject({ fence: 1, holder: null });
    expect(told(await hourly())).toEqual([]);
    expect((await verifyPlatform(lane.platform)).verdict).toBe('consistent');
  });
});

describe('drift', () => {
  it('is told once, again only after it went and came back, and never undone', async () => {
    await lane.push(version('2'));
    const place = join(lane.platform.services, 'web');
    writeFileSync(place, 'by hand\n');
    const before = lane.listHost();
    const run = await hourly();
    expect(run.codes, run.log).toMatchObject({ reconcile: 'reconcile/told' });
    expect(told(run)).toEqual(['reconcile/drift']);
    expect(run.codes).not.toHaveProperty('apply');
    expect(told(await hourly())).toEqual([]);
    expect(lane.listHost()).toEqual(before);
    writeFileSync(place, '2\n');
    expect(told(await hourly())).toEqual([]);
    writeFileSync(place, 'by hand\n');
    // Whoever does not look does not forget either.
    expect(told(await lane.dispatch({ drift: 'false' }, { workflow }))).toEqual(
      [],
    );
    expect(told(await hourly())).toEqual(['reconcile/drift']);
  });

  it('a host that cannot be asked is told once, and nothing is undone', async () => {
    await lane.push(version('2'));
    rmSync(lane.platform.host, { recursive: true });
    writeFileSync(lane.platform.host, '');
    const run = await hourly();
    expect(run.status).toBe('success');
    expect(told(run)).toHaveLength(1);
    expect(told(await hourly())).toEqual([]);
  });
});

it('event-gate: a schedule that names no repository is about nothing', async () => {
  const { env: _, ...bare } = workflow;
  const run = await hourly({ workflow: bare });
  expect(run.status).toBe('failure');
  expect(run.codes).toMatchObject({ reconcile: 'input/disagrees-with-event' });
});

async function whenAtWork(): Promise<void> {
  const { platform } = lane;
  while (platform.running('at-work') === undefined) await delay(20);
}
