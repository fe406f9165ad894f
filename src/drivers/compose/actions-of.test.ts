import { expect, it } from 'vitest';
import { planChangeSchema } from '../../model/plan.ts';
import { actionsOf } from './actions-of.ts';

it('acts on what the plan names, and on nothing else', () => {
  const changes = [
    ['create', 'service/a'],
    ['update', 'service/b'],
    ['recreate', 'service/c.d'],
    ['remove', 'service/e'],
    ['pull', 'image/b'],
    ['update', 'network/b'],
    ['remove', 'volume/data'],
    ['create', 'volume/service/x'],
    ['create', 'network/back'],
    ['update', 'project/web'],
  ].map(([action, resource]) => planChangeSchema.parse({ action, resource }));
  expect(actionsOf({ changes })).toEqual({
    up: ['a', 'b'],
    recreate: ['c.d'],
    remove: ['e'],
    pull: ['b'],
    newVolumes: ['service/x'],
    newNetworks: ['back'],
  });
});
