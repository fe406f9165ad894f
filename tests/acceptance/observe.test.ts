import { afterEach, expect, it } from 'vitest';
import { type Lane, openLane } from '../support/lane.ts';

let lane: Lane;
afterEach(() => lane.close());

it.each([
  ['the policy says so', { policy: { mode: 'observe' } }],
  ['the policy says nothing', { policy: { mode: undefined } }],
  ['the host says so', { host: { mode: 'observe' } }],
])('mode observe changes nothing where %s', async (_where, settings) => {
  lane = await openLane({ ...settings, modules: { web: {} } });
  const before = lane.listHost();
  const run = await lane.push(lane.platform.module('web', { version: '2' }));
  expect(run.status).toBe('success');
  expect(run.codes).toMatchObject({
    scope: 'scope/eligible',
    guard: 'plan/drift-allowed',
    apply: 'apply/observed',
  });
  expect(run.outputs('apply')['applied']).toBe('[]');
  expect(lane.listHost()).toEqual(before);
  expect(lane.status('web')?.last_apply_sha ?? null).toBeNull();
});

it('what was only observed is applied once the mode is apply', async () => {
  lane = await openLane({ policy: { mode: 'observe' }, modules: { web: {} } });
  await lane.push(lane.platform.module('web', { version: '2' }));
  const policy = lane.platform.git('show', 'HEAD:.platform/gates.yaml');
  const changed = policy.replace('mode: observe', 'mode: apply');
  const control = await lane.push({ '.platform/gates.yaml': `${changed}\n` });
  expect(control.codes).toMatchObject({ scope: 'scope/control-change' });
  const run = await lane.dispatch({ module: 'web' });
  expect(run.codes).toMatchObject({ apply: 'apply/applied' });
  expect(lane.platform.running('web')).toBe('2');
});
