import { describe, expect, it } from 'vitest';
import { findApprovedCommit } from '../../model/approved-commit.ts';
import { decideBreakGlass, judgePlea } from './break-glass.ts';

const SHA = 'a'.repeat(40);
const OTHER = 'b'.repeat(40);
const GOOD = { actor: 'ada', byHand: true, reason: 'DNS is down, Bob asleep' };
const NOT_A_PERSON = 'approval/break-glass-not-a-person';
const REASON = 'approval/break-glass-reason';

it.each([
  [{}, []],
  [{ byHand: false }, [NOT_A_PERSON]],
  [{ actor: '' }, [NOT_A_PERSON]],
  [{ byHand: false, reason: '' }, [NOT_A_PERSON, REASON]],
  [{ reason: 'Störung im Netz' }, []],
  [{ reason: 'true' }, [REASON]],
  [{ reason: 'emergencyemergency' }, [REASON]],
  [{ reason: 'urgent urgent urgent' }, [REASON]],
  [{ reason: '............ . . . .' }, [REASON]],
  [{ reason: 'DNS is down\nand more' }, [REASON]],
  [{ reason: 'DNS is down \u202e nwod' }, [REASON]],
  [{ reason: 'DNS is down\u2028and more' }, [REASON]],
  [{ reason: `DNS is down ${'x'.repeat(500)}` }, [REASON]],
])('a plea with %j is answered with %j', (change, codes) => {
  const found = judgePlea({ ...GOOD, ...change });
  expect(found.map(({ code }) => code)).toEqual(codes);
});

describe('the commit', () => {
  const clean = { head: SHA, dirty: [], expected: SHA };
  const place = { sha: SHA, baseBranch: 'main', onBase: true, checkout: clean };
  const decide = (change: object) =>
    decideBreakGlass(GOOD, { ...place, ...change }, ['web']);

  it.each([
    [{}, 'approval/break-glass', true],
    [{ checkout: undefined }, 'approval/break-glass', true],
    [
      { checkout: { ...clean, head: OTHER, expected: OTHER } },
      'approval/break-glass',
      false,
    ],
    [
      { checkout: { ...clean, head: OTHER } },
      'approval/checkout-mismatch',
      undefined,
    ],
    [
      { checkout: { ...clean, dirty: ['x'] } },
      'approval/dirty-checkout',
      undefined,
    ],
    [{ onBase: false }, 'approval/not-on-base', undefined],
  ])(
    'that lies so: %j, is answered with %s, bound: %s',
    (change, code, bound) => {
      const verdict = decide(change);
      expect(verdict).toMatchObject({ code, sha: SHA });
      const entry = { step: 'approved-sha-verify', verdict };
      const { actor, reason } = GOOD;
      expect(findApprovedCommit([entry])).toEqual(
        bound === undefined
          ? undefined
          : { sha: SHA, pr: undefined, breakGlass: { actor, reason }, bound },
      );
    },
  );
});
