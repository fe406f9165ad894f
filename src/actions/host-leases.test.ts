import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  makeStateRemote,
  type StateRemote,
} from '../../tests/support/state-remote.ts';
import { systemClock } from '../adapters/clock.ts';
import { type Taker, takeLease } from '../gates/lease/change-lease.ts';
import type { RunState } from '../gates/lease/decide-lease.ts';
import { renderLeases } from '../state/lease-store.ts';
import { HostLeases } from './host-leases.ts';

const taker = (id: string, number: string): Taker => ({
  id: id.repeat(32),
  run: { id: `100${number}`, number, attempt: '1', url: '' },
  actor: 'ada',
  reason: null,
  duration_ms: 900_000,
});

let remote: StateRemote;
beforeEach(() => {
  remote = makeStateRemote();
});
afterEach(() => remote.remove());

it.each<[RunState, number, number]>([
  ['over', 300_000, 1],
  ['going', 900_000, 0],
  ['unknown', 900_000, 0],
])(
  'a lease of a run that is %s is dead after %i ms',
  async (state, wait, early) => {
    const asked: string[] = [];
    let elapsed = 0;
    const leases = new HostLeases({
      taker: taker('a', '2'),
      clock: { ...systemClock, elapsed: () => elapsed },
      seen: new Map(),
      askRun: async ({ id }) => {
        asked.push(id);
        return state;
      },
    });
    const before = { taker: taker('b', '1'), fence: 6, at: new Date(0) };
    const held = takeLease('here', before);
    const store = remote.open();
    await store.commit({
      message: 'lease',
      update: async () => renderLeases([held]),
    });
    const snapshot = await store.fetch();
    const first = await leases.look(snapshot, ['here']);
    expect([first.waitMs, first.overtaken]).toEqual([wait, []]);
    elapsed = 300_000;
    const later = await leases.look(snapshot, ['here']);
    expect(later.overtaken).toHaveLength(early);
    elapsed = wait;
    const last = await leases.look(snapshot, ['here']);
    expect(last.taken.get('here')?.fence).toBe(7);
    expect(new Set(asked)).toEqual(new Set(['1001']));
  },
);
