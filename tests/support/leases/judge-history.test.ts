import { expect, it } from 'vitest';
import {
  releaseLease,
  renewLease,
  takeLease,
} from '../../../src/gates/lease/change-lease.ts';
import type { Lease } from '../../../src/model/lease.ts';
import { type HostHistory, judgeHistory } from './judge-history.ts';

const at = new Date(0);
const ids = { ada: 'a'.repeat(32), grace: 'b'.repeat(32) } as const;
const taken = (who: keyof typeof ids, fence: number) =>
  takeLease('web', {
    taker: {
      id: ids[who],
      run: { id: who, number: '1', attempt: '1', url: '' },
      actor: who,
      reason: null,
      duration_ms: 10_000,
    },
    fence,
    at,
  });
const moment = (lease: Lease, second: number) => ({
  lease,
  before: second,
  after: second + 0.1,
});
const first = taken('ada', 1);
const second = taken('grace', 2);
const change = (fence: number, who: keyof typeof ids) =>
  (['begin', 'end'] as const).map((what) => ({
    what,
    fence,
    holder: ids[who],
  }));

/** Ada dies and Grace takes over, each having changed the host. */
const good: HostHistory = {
  host: 'web',
  leases: [
    moment(first, 0),
    moment(renewLease(first, at), 4),
    moment(second, 14),
    moment(releaseLease(second), 20),
  ],
  moments: [...change(1, 'ada'), ...change(2, 'grace')],
  entries: [{ fence: 1, run: 'ada' }],
};

it('finds nothing wrong where nothing is, and counts', () => {
  const { overdue, ...figures } = judgeHistory(good);
  expect(figures).toEqual({ taken: 2, overtaken: 1, changes: 2, problems: [] });
  expect(overdue).toBeCloseTo(0.1);
});

const [firstMoment, ...others] = good.leases as [
  HostHistory['leases'][number],
  ...HostHistory['leases'],
];
it.each<[string, Partial<HostHistory>, RegExp]>([
  [
    'a lease taken too early',
    { leases: [firstMoment, ...others.map((each) => ({ ...each, after: 9 }))] },
    /too early/,
  ],
  [
    'a fence that goes back',
    { leases: [...good.leases, moment(taken('ada', 1), 30)] },
    /fence 1 follows 2/,
  ],
  [
    'a fence of two holders',
    { leases: [...good.leases, moment(taken('ada', 2), 30)] },
    /two holders/,
  ],
  [
    'a change under an old fence',
    { moments: [...change(2, 'grace'), ...change(1, 'ada')] },
    /changed under 1 after 2/,
  ],
  ['a change by another', { moments: change(2, 'ada') }, /never held it/],
  [
    'two changes at once',
    { moments: [...change(1, 'ada').slice(0, 1), ...change(1, 'ada')] },
    /two changes at once/,
  ],
  [
    'a change without an end',
    { moments: change(1, 'ada').slice(0, 1) },
    /no end/,
  ],
  [
    'a run under the fence of another',
    { entries: [{ fence: 2, run: 'ada' }] },
    /which it never had/,
  ],
])('finds %s', (_, wrong, said) => {
  const { problems } = judgeHistory({ ...good, ...wrong });
  expect(problems.join('\n')).toMatch(said);
});
