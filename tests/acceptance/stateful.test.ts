import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Lane, openLane } from '../support/lane.ts';

const SERVER = 'modules/guestbook/server.mjs';

let lane: Lane;
beforeEach(async () => {
  lane = await openLane();
  await lane.platform.startByHand('guestbook');
});
afterEach(() => lane.close());

function changed(): Record<string, string> {
  const text = lane.platform.git('show', `HEAD:${SERVER}`);
  return { [SERVER]: `${text}\n// another release\n` };
}

describe('a stateful module', () => {
  it('waits for a person on a push, who is told what to dispatch', async () => {
    const before = [
      lane.listHost(),
      await lane.platform.incarnation('guestbook'),
    ];
    const run = await lane.push(changed());
    expect(run.codes).toEqual({
      scope: 'scope/nothing-to-apply',
      stateful: 'stateful/none',
      report: 'report/waiting',
      artifact: 'artifact/unavailable',
    });
    expect(JSON.parse(run.outputs('scope')['blocked'] ?? '')).toMatchObject([
      { module: 'guestbook', code: 'scope/stateful' },
    ]);
    expect(run.outputs('report')['waiting']).toBe('["guestbook"]');
    for (const asked of ['allow_stateful', 'backup_ref', 'stateful_confirm']) {
      expect(run.log).toContain(asked);
    }
    expect([
      lane.listHost(),
      await lane.platform.incarnation('guestbook'),
    ]).toEqual(before);
  });

  it('does not keep its stateless neighbours waiting', async () => {
    const run = await lane.push({
      ...changed(),
      'modules/site/public/index.html': 'release two',
    });
    expect(run.codes).toMatchObject({
      apply: 'apply/applied',
      report: 'report/waiting',
    });
    expect(run.outputs('apply')['applied']).toBe('["site"]');
    expect(await lane.platform.ask('site')).toBe('release two');
  });

  it('is refused with exit 4 on a dispatch without the override', async () => {
    lane.commit(changed());
    const before = lane.listHost();
    const run = await lane.dispatch({ module: 'guestbook' });
    expect(run.exitCode).toBe(4);
    expect(run.codes).toEqual({
      scope: 'scope/stateful',
      report: 'report/refused',
      artifact: 'artifact/unavailable',
    });
    expect(lane.listHost()).toEqual(before);
  });

  it('passes armed and in sync, and is not restarted', async () => {
    const before = await lane.platform.incarnation('guestbook');
    const run = await lane.dispatch(lane.armed('guestbook'));
    expect(run.codes).toMatchObject({
      stateful: 'stateful/armed',
      guard: 'plan/in-sync',
      apply: 'apply/noop',
    });
    expect(run.status).toBe('success');
    expect(await lane.platform.incarnation('guestbook')).toBe(before);
    expect(lane.status('guestbook')).toMatchObject({
      last_apply_result: 'noop',
    });
  });

  it('is refused with exit 5 when it is armed and drifted', async () => {
    lane.commit(changed());
    const before = [
      lane.listHost(),
      await lane.platform.incarnation('guestbook'),
    ];
    const run = await lane.dispatch(lane.armed('guestbook'));
    expect(run.exitCode).toBe(5);
    expect(run.codes).toMatchObject({
      stateful: 'stateful/armed',
      guard: 'plan/drift-refused',
    });
    expect(run.codes).not.toHaveProperty('apply');
    expect([
      lane.listHost(),
      await lane.platform.incarnation('guestbook'),
    ]).toEqual(before);
  });

  it('is applied alone: asked for with another one it is refused', async () => {
    const page = { 'modules/site/public/index.html': 'release two' };
    await lane.push(page);
    await lane.dispatch(lane.armed('guestbook'));
    lane.commit({ ...changed(), 'modules/site/public/index.html': 'three' });
    const before = lane.listHost();
    const run = await lane.dispatch({ ...lane.armed('guestbook'), module: '' });
    expect(run.exitCode).toBe(4);
    expect(run.codes).toMatchObject({ stateful: 'stateful/not-single' });
    expect(lane.listHost()).toEqual(before);
  });

  it('declares-itself-stateless: is still stateful for the push that says so', async () => {
    const manifest = lane.platform.git(
      'show',
      'HEAD:modules/guestbook/module.yaml',
    );
    const before = lane.listHost();
    const run = await lane.push({
      ...changed(),
      'modules/guestbook/module.yaml': manifest.replace(
        'stateful: true',
        'stateful: false',
      ),
    });
    expect(run.codes).toMatchObject({ scope: 'scope/nothing-to-apply' });
    expect(run.outputs('scope')['stateful']).toBe('["guestbook"]');
    expect(lane.listHost()).toEqual(before);
  });

  it('declares-itself-stateless: the host remembers what a lost status does not', async () => {
    await lane.dispatch(lane.armed('guestbook'));
    const manifest = 'modules/guestbook/module.yaml';
    const text = lane.platform.git('show', `HEAD:${manifest}`);
    const flipped = text.replace('stateful: true', 'stateful: false');
    lane.commit({ [manifest]: flipped });
    const { git, remote } = lane.platform;
    git('-C', remote, 'branch', '-D', 'platform-state');
    // Else the host would refuse to follow a log that was begun anew.
    rmSync(join(lane.platform.host, '.checkpoint'));
    const before = lane.platform.incarnation('guestbook');
    const run = await lane.push(changed());
    expect(run.exitCode).toBe(4);
    expect(run.codes).toMatchObject({
      stateful: 'stateful/none',
      apply: 'stateful/blocked',
    });
    expect(await lane.platform.incarnation('guestbook')).toBe(await before);
  });
});
