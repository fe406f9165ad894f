import { describe, expect, it } from 'vitest';
import { findFalseClaims, type LiveClaim } from './live-claim.ts';

const claim: LiveClaim = {
  module: 'web',
  host: 'box',
  claimed: 'a'.repeat(40),
  live: 'b'.repeat(40),
  place: 'covers',
  raced: false,
};
const codesOf = (...claims: readonly LiveClaim[]) =>
  findFalseClaims(claims).map(({ code, module }) => [module, code]);

describe('what a status says is live, held to the host', () => {
  it.each([
    [{ place: 'covers' }, []],
    [{ place: 'covers', raced: true }, []],
    [{ place: 'newer' }, [['web', 'approval/live-differs']]],
    [{ place: 'newer', live: null }, [['web', 'approval/live-differs']]],
    [{ place: 'newer', raced: true }, [['web', 'apply/plan-changed']]],
  ] as const)('%j: %j', (over, codes) => {
    expect(codesOf({ ...claim, ...over })).toEqual(codes);
  });

  it('each module is judged by itself', () => {
    const forged = { ...claim, module: 'db', place: 'newer' } as const;
    expect(codesOf(claim, forged)).toEqual([['db', 'approval/live-differs']]);
  });

  it('both commits are told', () => {
    const [found] = findFalseClaims([{ ...claim, place: 'newer' }]);
    expect(found?.reason).toContain(claim.claimed);
    expect(found?.reason).toContain(claim.live);
  });
});
