import fc from 'fast-check';
import { expect, it } from 'vitest';
import { LEASE_MS, type Lease, type LeaseRecord } from '../../model/lease.ts';
import { releaseLease, renewLease, takeLease } from './change-lease.ts';
import {
  decideLease,
  GRACE_MS,
  type RunState,
  sightKey,
} from './decide-lease.ts';
import { MAX_FENCE_JUMP, nextFence } from './next-fence.ts';

const at = new Date('2026-05-16T11:00:00Z');
const MINE = 'a'.repeat(32);
const THEIRS = 'b'.repeat(32);
const makeTaker = (id: string) => ({
  id,
  run: { id: '7', number: '7', attempt: '1', url: '' },
  actor: 'ada',
  reason: null,
  duration_ms: LEASE_MS,
});
const held = takeLease('web', { taker: makeTaker(THEIRS), fence: 4, at });
const own = takeLease('web', { taker: makeTaker(MINE), fence: 4, at });
const read = (lease: Lease): LeaseRecord => ({ kind: 'read', lease });
const seen = (forMs: number, key = sightKey(held)) => ({ key, forMs });

it.each<[string, LeaseRecord, number | undefined, RunState, string]>([
  ['nobody ever took it', { kind: 'absent' }, undefined, 'unknown', 'free'],
  ['it was released', read(releaseLease(held)), undefined, 'unknown', 'free'],
  ['it is ours', read(own), undefined, 'going', 'own'],
  ['never seen before', read(held), undefined, 'unknown', 'wait'],
  ['just short of its length', read(held), LEASE_MS - 1, 'going', 'wait'],
  ['watched for its length', read(held), LEASE_MS, 'unknown', 'expired'],
  [
    'watched, though the forge says it runs',
    read(held),
    LEASE_MS,
    'going',
    'expired',
  ],
  ['its run is over since just now', read(held), 0, 'over', 'wait'],
  [
    'its run is over, short of the grace',
    read(held),
    GRACE_MS - 1,
    'over',
    'wait',
  ],
  ['its run is over for the grace', read(held), GRACE_MS, 'over', 'run-over'],
  [
    'cannot be read',
    { kind: 'unreadable', why: 'x' },
    LEASE_MS * 9,
    'over',
    'blocked',
  ],
])('%s', (_, record, watched, run, expected) => {
  const sight = watched === undefined ? undefined : seen(watched);
  const decision = decideLease({ host: 'web', record, self: MINE, sight, run });
  expect(decision.kind === 'take' ? decision.how : decision.kind).toBe(
    expected,
  );
});

it('clock jumps by an hour: times in a lease are never looked at', () => {
  const old = takeLease('web', {
    taker: makeTaker(THEIRS),
    fence: 4,
    at: new Date(0),
  });
  const facts = { host: 'web', self: MINE, run: 'unknown' } as const;
  const sight = { key: sightKey(old), forMs: LEASE_MS - 1 };
  expect(decideLease({ ...facts, record: read(old), sight })).toMatchObject({
    kind: 'wait',
    forMs: 1,
  });
});

it('a sign of life, or another holder, begins the watch anew', () => {
  const facts = { host: 'web', self: MINE, run: 'unknown' } as const;
  const sight = seen(LEASE_MS);
  for (const lease of [renewLease(held, at), { ...held, fence: 5 }]) {
    const decision = decideLease({ ...facts, record: read(lease), sight });
    expect(decision).toMatchObject({ kind: 'wait', forMs: LEASE_MS });
  }
});

it('the fence never decreases, not after release, not after deletion', () => {
  const number = fc.nat(MAX_FENCE_JUMP);
  fc.assert(
    fc.property(
      fc.option(number, { nil: undefined }),
      number,
      (branch, host) => {
        const record: LeaseRecord =
          branch === undefined
            ? { kind: 'absent' }
            : read(releaseLease({ ...held, fence: branch }));
        if (record.kind === 'unreadable') return;
        const next = nextFence({ host: 'web', record, seen: host });
        expect(next).toEqual({
          ok: true,
          fence: Math.max(branch ?? 0, host) + 1,
        });
      },
    ),
  );
});

it.each([
  [1, MAX_FENCE_JUMP + 1, true],
  [1, MAX_FENCE_JUMP + 2, false],
  [MAX_FENCE_JUMP + 2, 1, false],
  // A host that was set up anew, or a branch that was.
  [5_000, 0, true],
  [0, 5_000, true],
  [999_999_999_999_999, 0, false],
])('fences %i on the branch and %i on the host: %s', (fence, host, ok) => {
  const record = { kind: 'read', lease: { ...held, fence } } as const;
  expect(nextFence({ host: 'web', record, seen: host }).ok).toBe(ok);
});
