import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dispatchEvent, pushEvent } from '../support/forge-events.ts';
import { type Lane, openLane } from '../support/lane.ts';

let lane: Lane;
beforeEach(async () => {
  lane = await openLane({ modules: { web: {} } });
});
afterEach(() => lane.close());

const version = (version: string) => lane.platform.module('web', { version });

describe('a second run', () => {
  it('is a noop that says when and in which run it was applied', async () => {
    await lane.push(version('2'));
    const status = lane.status('web');
    const run = await lane.dispatch({ module: 'web' });
    expect(run.codes).toMatchObject({
      apply: 'apply/noop',
      report: 'report/complete',
    });
    expect(run.outputs('apply')).toMatchObject({
      noop: '["web"]',
      applied: '[]',
    });
    const reason = run.outputs('apply')['reason'];
    expect(reason).toContain(status?.last_apply_at.slice(0, 10));
    expect(reason).toContain('run 1');
    expect(lane.platform.applies('web')).toEqual(['2']);
  });

  it('of the same push applies nothing again', async () => {
    const { before, after } = lane.commit(version('2'));
    await lane.run(pushEvent(before, after));
    const again = await lane.run(pushEvent(before, after));
    expect(again.status).toBe('success');
    expect(lane.platform.applies('web')).toEqual(['2']);
  });
});

it('two runs of one push at the same time apply it once', async () => {
  const { before, after } = lane.commit(version('2'));
  const event = pushEvent(before, after);
  const both = await Promise.all([lane.run(event), lane.run(event)]);
  const codes = both.map((run) => run.codes['apply']);
  expect(codes).toContain('apply/applied');
  expect(lane.platform.applies('web')).toEqual(['2']);
  const next = await lane.dispatch({ module: 'web' });
  expect(next.codes, next.log).toMatchObject({ apply: 'apply/noop' });
  expect(lane.status('web')).toMatchObject({
    last_apply_sha: after,
    health: 'healthy',
  });
});

describe('runs that come late or not at all', () => {
  it('an older run after a newer push applies nothing', async () => {
    const older = lane.commit(version('2'));
    const newer = lane.commit(version('3'));
    const late = await lane.run(pushEvent(older.before, older.after));
    expect(late.status).toBe('success');
    expect(late.codes).toMatchObject({ scope: 'scope/superseded' });
    expect(late.codes).not.toHaveProperty('apply');
    expect(lane.platform.running('web')).toBeUndefined();
    await lane.run(pushEvent(newer.before, newer.after));
    expect(lane.platform.running('web')).toBe('3');
  });

  it('an older run after a newer one was applied changes nothing', async () => {
    const older = lane.commit(version('2'));
    await lane.push(version('3'));
    const late = await lane.run(pushEvent(older.before, older.after));
    expect(late.codes).toMatchObject({ scope: 'scope/superseded' });
    expect(lane.platform.applies('web')).toEqual(['3']);
  });

  it("a dropped run's change is applied by the next push", async () => {
    await lane.push(version('2'));
    lane.commit(version('3'));
    const run = await lane.push({ 'docs/notes.md': 'something else' });
    expect(run.outputs('scope')['eligible']).toBe('["web"]');
    expect(run.codes).toMatchObject({ apply: 'apply/applied' });
    expect(lane.platform.running('web')).toBe('3');
  });

  it('history-rewritten: a history without the applied commit is refused', async () => {
    await lane.push(version('2'));
    const { git } = lane.platform;
    const [gone, base] = [git('rev-parse', 'HEAD'), git('rev-parse', 'HEAD~1')];
    git('reset', '--quiet', '--hard', base);
    git('push', '--quiet', '--force', 'origin', 'HEAD:refs/heads/main');
    const after = lane.platform.commit(version('4'));
    const run = await lane.run(pushEvent(gone, after));
    expect(run.exitCode).toBe(4);
    expect(run.codes).toMatchObject({ scope: 'scope/history-rewritten' });
    const byHand = await lane.run(dispatchEvent(after, { module: 'web' }));
    expect(byHand.codes).toMatchObject({ scope: 'scope/history-rewritten' });
    expect(lane.platform.running('web')).toBe('2');
  });
});
