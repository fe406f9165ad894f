import { describe, expect, it } from 'vitest';
import { chooseTarget, type TargetFacts } from './choose-target.ts';

const sha = (digit: string) => digit.repeat(40);
const [one, two, three] = [sha('1'), sha('2'), sha('3')];
const release = (of: string) => ({ sha: of, tree: of.slice(0, 1).repeat(64) });

function choose(over: Partial<TargetFacts> = {}) {
  const chosen = chooseTarget({
    ...{ module: 'web', host: 'box', asked: undefined },
    live: release(three),
    past: [three, two, one].map(release),
    logged: new Set([one, two, three]),
    line: [three, two, one],
    ...over,
  });
  return 'code' in chosen ? chosen.code : chosen.to;
}

describe('what is gone back to', () => {
  it.each<[string, Partial<TargetFacts>, string]>([
    ['the one before what is live', {}, two],
    [
      'the one that was in service last, not the next on the branch',
      { past: [three, one, two, one].map(release) },
      one,
    ],
    [
      'never forward again to what was left',
      { live: release(two), past: [two, three, two, one].map(release) },
      one,
    ],
    [
      'nothing, where nothing was there before',
      { past: [release(three)] },
      'rollback/nothing-before',
    ],
    [
      'nothing, where the same content was',
      { past: [release(three), { sha: two, tree: release(three).tree }] },
      'rollback/nothing-before',
    ],
    [
      'nothing, where live lies on no line',
      { live: release(sha('f')) },
      'rollback/nothing-before',
    ],
    [
      'nothing, where nothing is live',
      { live: undefined },
      'rollback/nothing-live',
    ],
    ['what was named', { asked: one }, one],
    [
      'what was named, also forward',
      { asked: three, live: release(one) },
      three,
    ],
    ['not what is live', { asked: three }, 'rollback/already-live'],
    [
      'not what is live under another commit',
      { asked: two, past: [{ sha: two, tree: release(three).tree }] },
      'rollback/already-live',
    ],
    [
      'not what the host does not know',
      { asked: two, past: [release(one)] },
      'rollback/never-applied',
    ],
    [
      'not what the log does not know',
      { asked: two, logged: new Set([one]) },
      'rollback/never-applied',
    ],
    [
      'not what the branch does not have',
      { asked: two, line: [three, one] },
      'rollback/never-applied',
    ],
    ['past what the log does not know', { logged: new Set([one]) }, one],
  ])('%s', (_, facts, expected) => {
    expect(choose(facts)).toBe(expected);
  });
});
