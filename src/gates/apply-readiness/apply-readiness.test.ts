import { describe, expect, it } from 'vitest';
import type { ReasonCode } from '../../model/reason-codes.ts';
import { finding, passVerdict, refuseVerdict } from '../../model/verdict.ts';
import {
  findMissingGates,
  type ReadinessFacts,
  type RecordedVerdict,
} from './apply-readiness.ts';

const SHA = 'a'.repeat(40);
const OTHER_SHA = 'b'.repeat(40);
const GATES = ['auto-apply-scope', 'stateful-gate', 'plan-noop-guard'] as const;
const MODULES = ['web', 'api'];

/** Each way the last verdict of a gate can stand, and whether it counts. */
const STANDINGS = {
  absent: { counts: false, make: () => [] },
  passed: { counts: true, make: (gate: string) => [pass(gate)] },
  'passed in another order': {
    counts: true,
    make: (gate: string) => [pass(gate, { modules: ['api', 'web'] })],
  },
  refused: { counts: false, make: (gate: string) => [refuse(gate)] },
  'refused, then passed': {
    counts: true,
    make: (gate: string) => [refuse(gate), pass(gate)],
  },
  'passed, then refused': {
    counts: false,
    make: (gate: string) => [pass(gate), refuse(gate)],
  },
  'passed for another commit': {
    counts: false,
    make: (gate: string) => [pass(gate, { sha: OTHER_SHA })],
  },
  'passed for fewer modules': {
    counts: false,
    make: (gate: string) => [pass(gate, { modules: ['web'] })],
  },
  'passed for more modules': {
    counts: false,
    make: (gate: string) => [pass(gate, { modules: [...MODULES, 'x'] })],
  },
  'passed for other modules': {
    counts: false,
    make: (gate: string) => [pass(gate, { modules: ['web', 'x'] })],
  },
  'passed under the name of another gate': {
    counts: false,
    make: (gate: string) => [{ ...pass('module-plan'), step: gate }],
  },
} as const;

type Standing = keyof typeof STANDINGS;
const NAMES = Object.keys(STANDINGS) as Standing[];

describe('findMissingGates', () => {
  const table = NAMES.flatMap((scope) =>
    NAMES.flatMap((stateful) =>
      NAMES.map((guard) => [scope, stateful, guard] as const),
    ),
  );
  it('names exactly the gates that do not count, for every combination', () => {
    for (const standings of table) {
      const verdicts = standings.flatMap((standing, index) =>
        STANDINGS[standing].make(GATES[index] ?? ''),
      );
      const missing = GATES.filter(
        (_, index) => !STANDINGS[standings[index] ?? 'absent'].counts,
      );
      const found = findMissingGates(facts({ verdicts }));
      expect(
        found.map((each) => [each.code, gateIn(each.reason)]),
        standings.join(' / '),
      ).toEqual(missing.map((gate) => ['apply/gate-missing', gate]));
    }
  });

  it.each([
    ['it let the module go on', ['db'], [], 0],
    [
      'it is held back for being stateful',
      [],
      [held('db', 'scope/stateful')],
      0,
    ],
    ['it did not look at it', [], [held('web', 'scope/stateful')], 1],
    [
      'it is held back for more',
      [],
      [held('db', 'scope/stateful'), held('db', 'scope/self-hosting')],
      1,
    ],
    [
      'it is held back for something else',
      [],
      [held('db', 'scope/module-removed')],
      1,
    ],
    ['nothing was looked at', [], [], 1],
  ] as const)('an armed module: %s', (_, modules, findings, count) => {
    const gate = 'auto-apply-scope';
    const verdict = passVerdict(
      { gate, sha: SHA },
      'scope/nothing-to-apply',
      'blocked and reported',
      { modules, findings },
    );
    const found = findMissingGates(
      facts({
        verdicts: [{ step: gate, verdict }],
        gates: [{ gate, covers: 'armed' }],
        modules: ['db'],
      }),
    );
    expect(found).toHaveLength(count);
  });

  it.each([
    [undefined, 1],
    [false, 1],
    [true, 0],
  ])(
    'counts a broken glass only where it is meant: %s',
    (breakGlass, count) => {
      const gate = 'approved-sha-verify';
      const verdict = passVerdict(
        { gate, sha: SHA },
        'approval/break-glass',
        'DNS is down',
        { modules: MODULES },
      );
      const found = findMissingGates({
        ...facts({
          verdicts: [{ step: gate, verdict }],
          gates: [{ gate, covers: 'verdict' }],
        }),
        ...(breakGlass === undefined ? {} : { breakGlass }),
      });
      expect(found).toHaveLength(count);
    },
  );

  it('finds nothing missing where the lane has no gates', () => {
    expect(findMissingGates(facts({ gates: [] }))).toEqual([]);
  });
});

function held(module: string, code: ReasonCode) {
  return finding(code, 'held back', { module });
}

function facts(over: Partial<ReadinessFacts>): ReadinessFacts {
  return {
    verdicts: [],
    gates: GATES.map((gate) => ({ gate, covers: 'verdict' })),
    sha: SHA,
    modules: MODULES,
    ...over,
  };
}

function pass(
  gate: string,
  over: { sha?: string; modules?: readonly string[] } = {},
): RecordedVerdict {
  const verdict = passVerdict(
    { gate, sha: over.sha ?? SHA },
    'scope/eligible',
    'may go on',
    { modules: over.modules ?? MODULES },
  );
  return { step: gate, verdict };
}

function refuse(gate: string): RecordedVerdict {
  return {
    step: gate,
    verdict: refuseVerdict({ gate, sha: SHA }, [
      finding('plan/missing', 'no plan'),
    ]),
  };
}

function gateIn(reason: string): string | undefined {
  return GATES.find((gate) => reason.includes(gate));
}
