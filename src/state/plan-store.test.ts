import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  makeStateRemote,
  type StateRemote,
} from '../../tests/support/state-remote.ts';
import type { Plan } from '../model/plan.ts';
import { keepPlans, planPath } from './plan-store.ts';

let remote: StateRemote;
beforeEach(() => {
  remote = makeStateRemote();
});
afterEach(() => remote.remove());

function plan(number: number, module = 'web'): Plan {
  return {
    schema: 1,
    module,
    source_sha: 'a'.repeat(40),
    created_at: new Date(Date.UTC(2026, 0, 1, 0, number)).toISOString(),
    driver: 'command',
    host: 'here',
    exit_code: 0,
    changes: [],
    digest: `sha256:${String(number).padStart(64, '0')}`,
  };
}

it('keeps the newest plans of a module, and those of others', async () => {
  const store = remote.open();
  const keep = (plans: readonly Plan[]) =>
    store.commit({
      message: 'plans',
      update: (snapshot) => keepPlans(snapshot, plans),
    });
  const old = Array.from({ length: 20 }, (_, number) => plan(number));
  await keep([...old, plan(0, 'api')]);
  await keep([plan(20)]);
  const kept = (await store.fetch()).list('state/plans/');
  expect(kept).toEqual([
    planPath(plan(0, 'api')),
    ...Array.from({ length: 10 }, (_, index) => planPath(plan(11 + index))),
  ]);
  // One that is there already is not written again.
  expect((await keep([plan(20)])).made).toBe(false);
});
