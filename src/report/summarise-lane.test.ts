import { expect, test } from 'vitest';
import { finding, passVerdict, refuseVerdict } from '../model/verdict.ts';
import { summariseLane } from './summarise-lane.ts';

const sha = 'a'.repeat(40);
const held = finding('scope/stateful', 'guestbook is stateful', {
  module: 'guestbook',
});
const scope = passVerdict({ gate: 'scope', sha }, 'scope/eligible', 'one', {
  modules: ['site'],
  findings: [held],
});
const stateful = (modules: string[]) =>
  passVerdict({ gate: 'stateful', sha }, 'stateful/none', 'fine', { modules });
const refusal = refuseVerdict({ gate: 'guard', sha }, [
  finding('plan/missing', 'no plan'),
]);

test.each([
  ['nothing spoke', [], 'report/complete', []],
  [
    'a held module',
    [scope, stateful(['site'])],
    'report/waiting',
    ['guestbook'],
  ],
  ['held, then armed', [scope, stateful(['guestbook'])], 'report/complete', []],
  ['a refusal', [scope, refusal], 'report/refused', ['guestbook']],
  [
    'a refusal that was mended',
    [refusal, stateful(['site']), { ...stateful(['site']), gate: 'guard' }],
    'report/complete',
    [],
  ],
] as const)('%s', (_name, verdicts, code, waiting) => {
  const summary = summariseLane('lane-report', verdicts);
  expect(summary.verdict).toMatchObject({ decision: 'pass', code });
  expect(summary.waiting.map((each) => each.module)).toEqual(waiting);
});

test('what was only observed is told, and waits for nobody', () => {
  const reason = 'site on demo was not changed';
  const observed = finding('apply/observed', reason, { module: 'site' });
  const details = { findings: [observed] };
  const apply = (code: 'apply/observed' | 'apply/applied') =>
    passVerdict({ gate: 'module-apply', sha }, code, reason, details);
  for (const code of ['apply/observed', 'apply/applied'] as const) {
    const spoken = [stateful(['site']), apply(code)];
    const summary = summariseLane('lane-report', spoken);
    expect(summary.verdict).toMatchObject({ code: 'report/observed', reason });
    expect(summary).toMatchObject({ observed: [observed], waiting: [] });
  }
  const both = summariseLane('lane-report', [scope, apply('apply/observed')]);
  expect(both.verdict.code).toBe('report/waiting');
  expect(both.verdict.findings).toEqual([held, observed]);
});

test('an apply that began and left no word is told before all else', () => {
  const { verdict } = summariseLane('lane-report', [scope, refusal], ['site']);
  expect(verdict).toMatchObject({
    decision: 'pass',
    code: 'report/interrupted',
    reason: expect.stringContaining('site'),
  });
});
