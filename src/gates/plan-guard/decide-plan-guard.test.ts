import { describe, expect, it, test } from 'vitest';
import { exitStatusOfVerdict } from '../../model/verdict.ts';
import type { PlanFile } from './assign-plans.ts';
import { decidePlanGuard, type PlanGuardFacts } from './decide-plan-guard.ts';
import type { JudgedChange, JudgedPlan, PlanReading } from './judged-plan.ts';

const SHA = 'a'.repeat(40);
const OTHER = 'b'.repeat(40);
const NOW = new Date('2026-05-16T12:00:00Z');
const HOUR = 3_600_000;

const change: JudgedChange = {
  resource: 'service/site',
  action: 'update',
  destructive: false,
  sacred: false,
};
const plan: JudgedPlan = {
  format: 'apply-gates',
  outcome: 'in-sync',
  module: 'site',
  sourceSha: SHA,
  createdAt: NOW,
  changes: [],
  digest: `sha256:${'0'.repeat(64)}`,
  notes: [],
};
const read = (changes: Partial<JudgedPlan>): PlanReading => ({
  ok: true,
  plan: { ...plan, ...changes },
});
const drift = (changes: Partial<JudgedChange>): Partial<JudgedPlan> => ({
  outcome: 'drift',
  changes: [change, { ...change, ...changes }],
});
const facts: PlanGuardFacts = {
  files: [],
  place: 'plans/*.json',
  modules: ['site'],
  requireNoop: true,
  armed: false,
  sha: SHA,
  shaDemanded: false,
  now: NOW,
  maxAgeMs: HOUR,
  sacredModules: [],
};

// Every fact in all its kinds; `says` is what the contract says of the kind.
type Says = readonly string[];
const CONTENTS: readonly [string, Partial<JudgedPlan>, Says][] = [
  ['in sync', {}, []],
  ['drift', drift({}), ['drift']],
  ['destroys', drift({ destructive: true }), ['drift', 'destructive']],
  ['cannot tell', drift({ destructive: 'unknown' }), ['drift', 'opaque']],
  ['sacred', drift({ sacred: true }), ['drift', 'sacred']],
  [
    'sacred and destroys',
    drift({ sacred: true, destructive: true }),
    ['drift', 'sacred', 'destructive'],
  ],
  ['error', { outcome: 'error', problem: 'no' }, ['error']],
];
const OWNERS: readonly [string, readonly string[] | undefined, Says][] = [
  ['the module', ['site'], []],
  ['any module', undefined, []],
  ['another module', ['feed'], ['wrong-module', 'missing']],
  ['no module', [], ['wrong-module']],
  ['two modules', ['site', 'feed'], ['missing']],
];
const SOURCES: readonly [
  string,
  Pick<JudgedPlan, 'sourceSha'>,
  Pick<PlanGuardFacts, 'sha' | 'shaDemanded'>,
  Says,
][] = [
  ['this commit', { sourceSha: SHA }, { sha: SHA, shaDemanded: true }, []],
  [
    'another commit',
    { sourceSha: OTHER },
    { sha: SHA, shaDemanded: false },
    ['wrong-source'],
  ],
  [
    'a commit, nobody asked',
    { sourceSha: OTHER },
    { sha: undefined, shaDemanded: false },
    [],
  ],
  [
    'no commit, by the way',
    { sourceSha: undefined },
    { sha: SHA, shaDemanded: false },
    [],
  ],
  [
    'no commit, but demanded',
    { sourceSha: undefined },
    { sha: SHA, shaDemanded: true },
    ['unproven'],
  ],
];
const AGES: readonly [string, number | undefined, Says][] = [
  ['now', 0, []],
  ['exactly max-age', HOUR, []],
  ['older', HOUR + 1, ['expired']],
  ['a little ahead', -120_000, []],
  ['ahead', -120_001, ['expired']],
  ['no time', undefined, []],
];
const NOOPS = [
  [true, false],
  [false, false],
  [false, true],
  [true, true],
] as const;

/** The contract once more, as rules on what was said: codes in any order. */
function expectCodes(
  says: Says,
  demands: { noop: boolean; sacredModule: boolean },
): readonly string[] {
  const has = (word: string) => says.includes(word);
  const always = ['wrong-module', 'missing'].filter(has);
  if (has('error')) return [...always, 'error'];
  const drifts = has('drift');
  const codes = [
    ...always,
    ...['wrong-source', 'expired', 'destructive'].filter(has),
    ...(has('unproven') && drifts ? ['wrong-source'] : []),
    ...(has('sacred') || (drifts && demands.sacredModule) ? ['sacred'] : []),
    ...(has('opaque') && !demands.noop ? ['destructive'] : []),
    ...(drifts && demands.noop ? ['drift-refused'] : []),
  ];
  if (codes.length > 0) return codes;
  return [drifts ? 'drift-allowed' : 'in-sync'];
}

const ROWS = CONTENTS.flatMap(([content, plans, contentSays]) =>
  OWNERS.flatMap(([owner, modules, ownerSays]) =>
    SOURCES.flatMap(([source, origin, sha, sourceSays]) =>
      AGES.flatMap(([age, milliseconds, ageSays]) =>
        NOOPS.flatMap(([requireNoop, armed]) =>
          [false, true].map((sacredModule) => {
            const createdAt =
              milliseconds === undefined
                ? undefined
                : new Date(NOW.getTime() - milliseconds);
            const reading = read({ ...plans, ...origin, createdAt });
            const says = [
              ...contentSays,
              ...ownerSays,
              ...sourceSays,
              ...ageSays,
            ];
            return {
              name: `${content}, ${owner}, ${source}, ${age}, noop=${requireNoop} armed=${armed} sacred=${sacredModule}`,
              facts: {
                ...facts,
                ...sha,
                files: [{ name: 'plans/site.json', reading }],
                modules,
                requireNoop,
                armed,
                sacredModules: sacredModule ? ['site'] : [],
              } satisfies PlanGuardFacts,
              expected: expectCodes(says, {
                noop: requireNoop || armed,
                sacredModule,
              }),
            };
          }),
        ),
      ),
    ),
  ),
);

const codesOf = ({ verdict }: ReturnType<typeof decidePlanGuard>) =>
  verdict.decision === 'pass'
    ? [verdict.code]
    : verdict.findings.map((each) => each.code);

describe('the decision table of plan-noop-guard', () => {
  // One test for all rows: thousands of single ones would only cost time.
  test(`holds for all ${ROWS.length} combinations of its facts`, () => {
    const wrong = ROWS.filter(({ facts: row, expected }) => {
      const decided = decidePlanGuard(row);
      const { verdict, inSync } = decided;
      const passes = ['in-sync', 'drift-allowed'].includes(expected[0] ?? '');
      const exit = passes ? 0 : expected.includes('error') ? 3 : 5;
      const told = expected.map((code) => `plan/${code}`).sort();
      return (
        [...codesOf(decided)].sort().join() !== told.join() ||
        (verdict.decision === 'pass') !== passes ||
        exitStatusOfVerdict(verdict) !== exit ||
        verdict.modules.join() !== (passes ? 'site' : '') ||
        inSync !== (expected[0] === 'in-sync')
      );
    });
    expect(wrong.map((row) => row.name)).toEqual([]);
  });

  test('lets drift pass only where neither an input nor the gate forbids', () => {
    const allowed = ROWS.filter(({ expected }) =>
      expected.includes('drift-allowed'),
    );
    expect(allowed.length).toBeGreaterThan(0);
    expect(
      allowed.every(({ facts: row }) => !row.requireNoop && !row.armed),
    ).toBe(true);
  });
});

describe('several files', () => {
  const file = (name: string, changes: Partial<JudgedPlan>): PlanFile => ({
    name,
    reading: read(changes),
  });
  const foreign = { format: 'terraform', module: undefined } as const;
  const broken: PlanFile = {
    name: 'x.json',
    reading: { ok: false, problem: { code: 'plan/malformed', reason: 'no' } },
  };
  const forged: PlanFile = {
    name: 'y.json',
    reading: {
      ok: false,
      problem: { code: 'plan/digest-mismatch', reason: 'no' },
    },
  };
  const site = file('site.json', {});
  const feed = file('feed.json', { module: 'feed' });

  test.each<[string, readonly PlanFile[], readonly string[] | undefined, Says]>(
    [
      ['no file and no module', [], [], ['plan/in-sync']],
      ['no file, any module', [], undefined, ['plan/missing']],
      ['no file for a module', [], ['site'], ['plan/missing']],
      ['one for each', [site, feed], ['feed', 'site'], ['plan/in-sync']],
      ['one for each, any module', [site, feed], undefined, ['plan/in-sync']],
      ['one too many', [site, feed], ['site'], ['plan/wrong-module']],
      ['the same twice', [site, site], ['site'], ['plan/missing']],
      ['the same twice, any module', [site, site], undefined, ['plan/missing']],
      [
        'one unreadable',
        [broken],
        ['site'],
        ['plan/malformed', 'plan/missing'],
      ],
      ['one unreadable, any module', [broken], undefined, ['plan/malformed']],
      [
        'one forged beside a good one',
        [site, forged],
        ['site'],
        ['plan/digest-mismatch'],
      ],
      [
        'a foreign one, alone',
        [file('tf.json', foreign)],
        ['site'],
        ['plan/in-sync'],
      ],
      [
        'foreign ones named after modules',
        [file('a/site.json', foreign), file('a/feed.json', foreign)],
        ['site', 'feed'],
        ['plan/in-sync'],
      ],
      [
        'foreign ones with other names',
        [file('site/tf.json', foreign), file('feed/tf.json', foreign)],
        ['site', 'feed'],
        [
          'plan/wrong-module',
          'plan/wrong-module',
          'plan/missing',
          'plan/missing',
        ],
      ],
      [
        'a foreign one, any module',
        [file('tf.json', foreign)],
        undefined,
        ['plan/in-sync'],
      ],
    ],
  )('%s', (_, files, modules, expected) => {
    expect(codesOf(decidePlanGuard({ ...facts, files, modules }))).toEqual(
      expected,
    );
  });

  it('has one digest, whatever the order of the files', () => {
    const digest = (files: readonly PlanFile[]) =>
      decidePlanGuard({ ...facts, files, modules: undefined }).digest;
    expect(digest([site])).toBe(plan.digest);
    expect(digest([site, feed])).toBe(digest([feed, site]));
    expect(digest([site, feed])).not.toBe(plan.digest);
  });

  it('tells in the evidence what a format cannot prove', () => {
    const files = [
      file('tf.json', {
        ...foreign,
        sourceSha: undefined,
        createdAt: undefined,
      }),
    ];
    const { verdict } = decidePlanGuard({ ...facts, files });
    expect(verdict.evidence['plans']).toMatchObject([
      { unchecked: ['digest', 'commit', 'age', 'module'] },
    ]);
  });
});
