import { expect, test } from 'vitest';
import type { Claim } from '../../model/reconciliation.ts';
import { decideClaim } from './decide-claim.ts';

const claim: Claim = {
  head: 'a'.repeat(40),
  modules: ['web'],
  holder: '1'.repeat(32),
  run: { id: '7', number: '7', attempt: '1', url: '' },
  at: '2026-05-16T11:00:00.000Z',
};
const other = { ...claim, holder: '2'.repeat(32) };

test.each<[string, Claim | null, string]>([
  ['nobody claimed it', null, 'claim'],
  ['this job claimed it', claim, 'claim'],
  ['another job claimed it', other, 'lost'],
  [
    'another one, for a commit of before',
    { ...other, head: 'b'.repeat(40) },
    'claim',
  ],
  [
    'another one, a while ago',
    { ...other, at: '2026-05-16T10:31:00.000Z' },
    'lost',
  ],
  [
    'another one, who is dead by now',
    { ...other, at: '2026-05-16T10:30:00.000Z' },
    'claim',
  ],
  [
    'another one, whose clock is ahead',
    { ...other, at: '2026-05-16T12:00:00.000Z' },
    'claim',
  ],
])('where %s: %s', (_what, found, kind) => {
  expect(decideClaim({ wanted: claim, found }).kind).toBe(kind);
  expect(decideClaim({ wanted: undefined, found }).kind).toBe('nothing');
});
