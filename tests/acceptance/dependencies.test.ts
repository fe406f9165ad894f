import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Lane, openLane } from '../support/lane.ts';
import type { Changes } from '../support/platform.ts';

/** In the order of their names they would be applied the wrong way round. */
const MODULES = {
  api: { dependsOn: ['middle'] },
  middle: { dependsOn: ['store'] },
  store: {},
  zoo: {},
} as const;
type Id = keyof typeof MODULES;

let lane: Lane;
beforeEach(async () => {
  lane = await openLane({ modules: MODULES });
});
afterEach(() => lane.close());

function change(version: string, ...ids: readonly Id[]): Changes {
  return Object.assign(
    {},
    ...ids.map((id) =>
      lane.platform.module(id, {
        ...MODULES[id],
        version,
        scripts: { apply: `echo ${id} >>${lane.platform.services}/order` },
      }),
    ),
  );
}

it('applies what others depend on first', async () => {
  const run = await lane.push(change('2', 'api', 'middle', 'store'));
  expect(run.codes).toMatchObject({ apply: 'apply/applied' });
  const order = readFileSync(join(lane.platform.services, 'order'), 'utf8');
  expect(order).toBe('store\nmiddle\napi\n');
});

it('does not touch what depends on something that failed', async () => {
  await lane.push(change('1', 'api', 'middle', 'store', 'zoo'));
  const run = await lane.push({
    ...change('2', 'api', 'middle', 'zoo'),
    ...change('broken', 'store'),
  });
  expect(run.exitCode).toBe(7);
  expect(run.outputs('apply')).toMatchObject({
    'rolled-back': '["store"]',
    applied: '["zoo"]',
  });
  const verdict = JSON.parse(run.outputs('apply')['verdict'] ?? '');
  expect(verdict.findings).toMatchObject([
    { module: 'store', code: 'apply/rolled-back' },
    { module: 'middle', code: 'apply/dependency-failed' },
    { module: 'api', code: 'apply/dependency-failed' },
  ]);
  for (const id of ['api', 'middle', 'store'] as const) {
    expect(lane.platform.running(id)).toBe('1');
  }
});

it('applies nothing where one plan of several is refused', async () => {
  const before = lane.listHost();
  const run = await lane.push({
    ...change('2', 'store'),
    ...lane.platform.module('zoo', {
      scripts: { plan: 'exit 9' },
      version: '2',
    }),
  });
  expect(run.exitCode).toBe(3);
  expect(run.codes).toMatchObject({ plan: 'plan/error' });
  expect(lane.listHost()).toEqual(before);
});
