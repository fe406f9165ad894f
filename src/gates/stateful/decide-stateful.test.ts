import { describe, expect, it, test } from 'vitest';
import { exitStatusOfVerdict } from '../../model/verdict.ts';
import {
  type AskedModule,
  decideStateful,
  type StatefulFacts,
} from './decide-stateful.ts';

const SHA = '1a2b3c4d5e6f70819203a4b5c6d7e8f901234567';
const NOW = new Date('2026-05-16T12:00:00Z');
const ROOT = '/srv/backups';

const makeModule = (id: string, stateful: boolean): AskedModule => ({
  id,
  stateful,
  statefulAt: stateful ? ['head'] : [],
  backupRoot: ROOT,
  backupSuffix: 'tar.gz',
});
const book = makeModule('guest-book', true);
const redis = makeModule('redis', true);
const site = makeModule('site', false);
const feed = makeModule('feed', false);

const armedFacts: StatefulFacts = {
  sha: SHA,
  event: 'workflow_dispatch',
  actor: 'ada',
  actorIsPerson: true,
  modules: [book],
  allowStateful: true,
  backupRef: `${ROOT}/guest-book-20260516T110000Z.tar.gz`,
  confirmation: `apply guest-book ${SHA.slice(0, 7)}`,
  maxAgeMs: 86_400_000,
  now: NOW,
};

// Every fact in all its kinds, each kind with what the contract says of it.
const EVENTS = [
  ['workflow_dispatch', true],
  ['push', false],
  ['pull_request', false],
  ['other', false],
] as const;
const MODULES = [
  ['no module', [], 'none'],
  ['one stateless', [site], 'none'],
  ['two stateless', [site, feed], 'none'],
  ['one stateful', [book], 'one'],
  ['a stateful after a stateless', [site, book], 'mixed'],
  ['a stateful before a stateless', [book, site], 'mixed'],
  ['two stateful', [book, redis], 'several'],
] as const;
const BACKUPS: readonly [string | undefined, readonly string[]][] = [
  [undefined, ['backup-ref-missing']],
  ['latest', ['backup-ref-invalid']],
  ['/tmp/guest-book-20260516T110000Z.tar.gz', ['backup-ref-invalid']],
  [`${ROOT}/guest-book-20260516T110000Z.zip`, ['backup-ref-invalid']],
  [`${ROOT}/guest-book-20260231T110000Z.tar`, ['backup-ref-invalid']],
  [`${ROOT}/guest-book-20260516T120001Z.tar`, ['backup-ref-invalid']],
  [`${ROOT}/guest-20260516T110000Z.tar.gz`, ['backup-ref-other-module']],
  [`${ROOT}/guest-book-20260515T115959Z.rdb`, ['backup-stale']],
  [
    `${ROOT}/redis-20260101T000000Z.dump`,
    ['backup-ref-other-module', 'backup-stale'],
  ],
  [`${ROOT}/guest-book-20260515T120000Z.sql.gz`, []],
];
const CONFIRMATIONS: readonly [string | undefined, boolean][] = [
  [undefined, false],
  ['yes', false],
  [`apply guest ${SHA}`, false],
  [`apply guest-book ${SHA.slice(0, 6)}`, false],
  [`apply guest-book ${SHA.slice(1)}`, false],
  [`apply guest-book ${SHA}0`, false],
  [`apply guest-book ${SHA.toUpperCase()}`, false],
  [`apply guest-book ${SHA}\n`, false],
  [`apply guest-book ${SHA.slice(0, 7)}`, true],
  [`apply guest-book ${SHA}`, true],
];

const ROWS = EVENTS.flatMap(([event, manual]) =>
  [true, false].flatMap((actorIsPerson) =>
    MODULES.flatMap(([kind, modules, statefulness]) =>
      [true, false].flatMap((allowStateful) =>
        BACKUPS.flatMap(([backupRef, backupCodes]) =>
          CONFIRMATIONS.map(([confirmation, confirmed]) => ({
            name: `${event} person=${actorIsPerson} ${kind} allow=${allowStateful} ${backupRef} ${confirmation}`,
            facts: {
              ...armedFacts,
              event,
              actorIsPerson,
              modules,
              allowStateful,
              backupRef,
              confirmation,
            } satisfies StatefulFacts,
            expected: expectCodes(
              { manual: manual && actorIsPerson, allowStateful },
              statefulness,
              [...backupCodes, ...(confirmed ? [] : ['confirm-mismatch'])],
            ),
          })),
        ),
      ),
    ),
  ),
);

/** The contract once more, as a table: what stops, in the order it is told. */
function expectCodes(
  { manual, allowStateful }: { manual: boolean; allowStateful: boolean },
  statefulness: (typeof MODULES)[number][2],
  words: readonly string[],
): readonly string[] {
  if (statefulness === 'none') return ['none'];
  if (!allowStateful) {
    return statefulness === 'several' ? ['blocked', 'blocked'] : ['blocked'];
  }
  const codes = [
    ...(manual ? [] : ['not-manual']),
    ...(statefulness === 'one' ? [] : ['not-single']),
    ...(statefulness === 'several' ? [] : words),
  ];
  return codes.length === 0 ? ['armed'] : codes;
}

describe('the decision table of stateful-gate', () => {
  // One test for all rows: thousands of single ones would only cost time.
  test(`holds for all ${ROWS.length} combinations of its facts`, () => {
    const wrong = ROWS.filter(({ facts, expected }) => {
      const verdict = decideStateful(facts);
      const passes = verdict.decision === 'pass';
      const codes = passes
        ? [verdict.code]
        : verdict.findings.map((each) => each.code);
      const modules = passes ? facts.modules.map((each) => each.id) : [];
      return (
        codes.join() !== expected.map((code) => `stateful/${code}`).join() ||
        verdict.code !== codes[0] ||
        verdict.modules.join() !== modules.join() ||
        verdict.sha !== SHA ||
        exitStatusOfVerdict(verdict) !== (passes ? 0 : 4)
      );
    });
    expect(wrong.map((row) => row.name)).toEqual([]);
  });

  test('arms in exactly one kind of combination', () => {
    const armed = ROWS.filter(({ expected }) => expected[0] === 'armed');
    expect(new Set(armed.map(({ facts }) => facts.modules))).toEqual(
      new Set([[book]]),
    );
    expect(
      armed.every(({ facts }) => facts.event === 'workflow_dispatch'),
    ).toBe(true);
  });
});

describe('what a refusal says', () => {
  const remedyOf = (changes: Partial<StatefulFacts>) =>
    decideStateful({ ...armedFacts, ...changes }).remedy;

  it('prints a dispatch that arms the module when it is pasted', () => {
    const lines = remedyOf({ allowStateful: false }).split('\n');
    const pasted = Object.fromEntries(
      lines.flatMap((line) => {
        const [, key, value] = /^(\w+): '?(.+?)'?$/.exec(line) ?? [];
        return key && value ? [[key, value]] : [];
      }),
    );
    expect(pasted).toMatchObject({
      module: 'guest-book',
      allow_stateful: 'true',
    });
    const again = decideStateful({
      ...armedFacts,
      backupRef: pasted['backup_ref'],
      confirmation: pasted['stateful_confirm'],
    });
    expect(again.code).toBe('stateful/armed');
  });

  it('prints the line that confirms', () => {
    expect(remedyOf({ confirmation: undefined })).toContain(
      `apply guest-book ${SHA.slice(0, 7)}`,
    );
  });

  it('gives a remedy for every single finding', () => {
    const silent = ROWS.flatMap(({ facts }) =>
      decideStateful(facts).findings.filter((each) => each.remedy === ''),
    );
    expect(silent).toEqual([]);
  });
});
