import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Lane, openLane } from '../support/lane.ts';
import type { Changes } from '../support/platform.ts';

let lane: Lane;
beforeEach(async () => {
  lane = await openLane({ modules: { web: {} } });
});
afterEach(() => lane.close());

async function expectRefusal(changes: Changes, code: string): Promise<void> {
  const before = lane.listHost();
  const run = await lane.push({
    ...lane.platform.module('web', { version: '2' }),
    ...changes,
  });
  expect(run.exitCode).toBe(4);
  expect(run.codes).toEqual({
    scope: code,
    report: 'report/refused',
    artifact: 'artifact/unavailable',
  });
  expect(lane.listHost()).toEqual(before);
}

describe('a push', () => {
  it('with a path that nobody knows is refused as a whole', () =>
    expectRefusal({ 'surprise.txt': 'who am I?' }, 'scope/unclassified-path'));

  it.each([
    '.forgejo/workflows/auto-apply.yml',
    '.github/actions/x/action.yml',
    '.platform/known_hosts',
  ])('self-change: %s keeps everything in it from being applied', (path) =>
    expectRefusal({ [path]: 'changed' }, 'scope/control-change'),
  );

  it('self-change: a policy that allows everything is judged by the old one', async () => {
    const policy = lane.platform.git('show', 'HEAD:.platform/gates.yaml');
    await expectRefusal(
      {
        '.platform/gates.yaml': `${policy}\ncontrol: [nothing/**]\n`,
        'surprise.txt': '',
      },
      'scope/control-change',
    );
  });

  it('self-change: an unreadable new policy is judged by the old one', () =>
    expectRefusal({ '.platform/gates.yaml': '{{{' }, 'scope/control-change'));
});

it('self-change: what a refused push held back waits for a person, even after a push of something else', async () => {
  await lane.push(lane.platform.module('web', { version: '2' }));
  const held = await lane.push({
    ...lane.platform.module('web', { version: '3' }),
    '.github/workflows/x.yml': 'changed',
  });
  expect(held.codes).toMatchObject({ scope: 'scope/control-change' });
  const next = await lane.push({ 'docs/notes.md': 'harmless' });
  expect(next.codes).toEqual({
    scope: 'scope/nothing-to-apply',
    stateful: 'stateful/none',
    report: 'report/waiting',
    artifact: 'artifact/unavailable',
  });
  expect(lane.platform.running('web')).toBe('2');
  const byHand = await lane.dispatch({ module: 'web' });
  expect(byHand.codes).toMatchObject({ apply: 'apply/applied' });
  expect(lane.platform.running('web')).toBe('3');
});
