import { describe, expect, it } from 'vitest';
import type { ReasonCode } from '../../model/reason-codes.ts';
import { exitStatusOfVerdict } from '../../model/verdict.ts';
import { decideScope } from './decide-scope.ts';
import type { Candidate, ScopeFacts } from './scope-facts.ts';

const HEAD = '1a2b3c4d5e6f70819203a4b5c6d7e8f901234567';
const TIP = '7654321f109e8d7c6b5a40392817f6e5d4c3b2a1';

const makeCandidate = (over: Partial<Candidate> = {}): Candidate => ({
  id: 'site',
  because: 'changed',
  exists: true,
  stateful: false,
  optedOut: false,
  selfHosting: false,
  identityChanges: [],
  controlInRange: false,
  tooManyInRange: false,
  failedBefore: undefined,
  unsupported: [],
  backupRoot: '/srv/backups',
  ...over,
});

const makeFacts = (over: Partial<ScopeFacts> = {}): ScopeFacts => ({
  event: 'push',
  head: HEAD,
  base: TIP,
  trusted: TIP,
  insideRunner: true,
  asked: undefined,
  onBlocked: 'report',
  limits: {
    max_modules: 10,
    max_deleted_files: 200,
    max_changed_files: 20_000,
    max_changed_lines: 300,
  },
  supersededBy: undefined,
  change: makeChange(),
  candidates: [makeCandidate()],
  known: new Set(['site']),
  dependsOn: new Map(),
  invalid: [],
  rewritten: [],
  unsupported: [],
  neverApplied: [],
  ...over,
});

const makeChange = (over: Partial<NonNullable<ScopeFacts['change']>> = {}) => ({
  paths: 1,
  deleted: 0,
  perClass: { module: 1 },
  control: [],
  unclassified: [],
  ...over,
});

/** All combinations of a list of facts, each fact with all its values. */
function* combine<Row extends Record<string, readonly unknown[]>>(
  facts: Row,
): Generator<{ [Key in keyof Row]: Row[Key][number] }> {
  const names = Object.keys(facts);
  const sizes = names.map((name) => facts[name]?.length ?? 0);
  const total = sizes.reduce((product, size) => product * size, 1);
  for (let number = 0; number < total; number += 1) {
    let rest = number;
    const row = names.map((name, place) => {
      const size = sizes[place] ?? 1;
      const value = facts[name]?.[rest % size];
      rest = Math.floor(rest / size);
      return [name, value] as const;
    });
    yield Object.fromEntries(row) as { [Key in keyof Row]: Row[Key][number] };
  }
}

const YES_NO = [false, true] as const;
const EVENTS = ['push', 'pull_request', 'workflow_dispatch'] as const;

describe('one module: every combination of its facts', () => {
  const rows = [
    ...combine({
      event: EVENTS,
      onBlocked: ['fail', 'report'] as const,
      named: YES_NO,
      insideRunner: YES_NO,
      removed: YES_NO,
      selfHosting: YES_NO,
      stateful: YES_NO,
      optedOut: YES_NO,
      moved: YES_NO,
      failedBefore: [undefined, 'failed', 'rolled_back'] as const,
      controlInRange: YES_NO,
      tooManyInRange: YES_NO,
    }),
  ].filter((row) => !row.named || row.event === 'workflow_dispatch');

  it('covers them all', () => {
    expect(rows).toHaveLength(4 * 2 * 2 ** 8 * 3);
  });

  // The contract's table, written down apart from the code it judges.
  const expectedBlocks = (row: (typeof rows)[number]): ReasonCode[] => {
    const table: [boolean, ReasonCode][] = [
      [row.removed, 'scope/module-removed'],
      [row.stateful, 'scope/stateful'],
      [
        row.selfHosting && !(row.named && !row.insideRunner),
        'scope/self-hosting',
      ],
      [row.optedOut && !row.named, 'scope/opted-out'],
      [row.moved && !row.named, 'scope/identity-change'],
      [
        row.failedBefore !== undefined && row.event !== 'workflow_dispatch',
        'scope/failed-before',
      ],
      [
        row.controlInRange && row.event !== 'workflow_dispatch',
        'scope/control-change',
      ],
      [
        row.tooManyInRange && row.event !== 'workflow_dispatch',
        'scope/too-many-files',
      ],
    ];
    return table.flatMap(([holds, code]) => (holds ? [code] : []));
  };

  it('each has the expected end', () => {
    for (const row of rows) {
      const decision = decideScope(
        makeFacts({
          event: row.event,
          onBlocked: row.onBlocked,
          asked: row.named ? 'site' : undefined,
          insideRunner: row.insideRunner,
          change: row.event === 'workflow_dispatch' ? undefined : makeChange(),
          candidates: [
            makeCandidate({
              exists: !row.removed,
              selfHosting: row.selfHosting,
              stateful: row.stateful,
              optedOut: row.optedOut,
              identityChanges: row.moved ? ['host: a -> b'] : [],
              controlInRange: row.controlInRange,
              failedBefore: row.failedBefore,
              tooManyInRange: row.tooManyInRange,
            }),
          ],
        }),
      );
      const blocks = expectedBlocks(row);
      const refused = blocks.length > 0 && row.onBlocked === 'fail';
      const eligible = blocks.length === 0 ? ['site'] : [];
      const code = refused
        ? blocks[0]
        : eligible.length > 0
          ? 'scope/eligible'
          : 'scope/nothing-to-apply';
      expect({ row, ...summary(decision) }).toEqual({
        row,
        code,
        exit: refused ? 4 : 0,
        blocked: blocks,
        eligible,
        passed: refused ? [] : eligible,
        stateful: row.stateful ? ['site'] : [],
        modules: ['site'],
      });
    }
  });
});

function summary(decision: ReturnType<typeof decideScope>) {
  return {
    code: decision.verdict.code,
    exit: exitStatusOfVerdict(decision.verdict),
    blocked: decision.blocked.map((each) => each.code),
    eligible: decision.eligible,
    passed: decision.verdict.modules,
    stateful: decision.stateful,
    modules: decision.modules,
  };
}

describe('the whole run: every combination of what stops it', () => {
  const rows = [
    ...combine({
      event: EVENTS,
      onBlocked: ['fail', 'report'] as const,
      superseded: YES_NO,
      invalid: YES_NO,
      unknown: YES_NO,
      rewritten: YES_NO,
      control: YES_NO,
      unclassified: YES_NO,
      unsupported: YES_NO,
      changed: YES_NO,
      deleted: YES_NO,
      modules: YES_NO,
      blocked: YES_NO,
    }),
  ];

  const expected = (row: (typeof rows)[number]) => {
    if (row.superseded) return { code: 'scope/superseded', exit: 0, all: [] };
    const table: [boolean, ReasonCode, number][] = [
      [row.invalid, 'scope/invalid-manifest', 2],
      [row.unknown, 'scope/unknown-module', 2],
      [row.rewritten, 'scope/history-rewritten', 4],
      [
        row.control && row.event !== 'workflow_dispatch',
        'scope/control-change',
        4,
      ],
      [row.unclassified, 'scope/unclassified-path', 4],
      [row.unsupported, 'scope/unsupported-entry', 4],
      [row.changed, 'scope/too-many-files', 4],
      [row.deleted, 'scope/too-many-files', 4],
      [row.modules, 'scope/too-many-modules', 4],
    ];
    const whole = table.filter(([holds]) => holds);
    const told = whole.length > 0 || row.onBlocked === 'fail';
    const all = [...whole.map(([, code]) => code)];
    if (row.blocked && told) all.push('scope/stateful');
    const [first, second] = [whole[0], whole[0] ? undefined : all[0]];
    if (first) return { code: first[1], exit: first[2], all };
    if (second) return { code: second, exit: 4, all };
    return {
      code: 'scope/eligible',
      exit: 0,
      all: row.blocked ? ['scope/stateful'] : [],
    };
  };

  it('each has the expected end, and tells everything', () => {
    expect(rows).toHaveLength(3 * 2 ** 12);
    for (const row of rows) {
      const decision = decideScope(
        makeFacts({
          event: row.event,
          onBlocked: row.onBlocked,
          asked: row.unknown ? 'nobody' : undefined,
          supersededBy: row.superseded ? TIP : undefined,
          invalid: row.invalid ? ['modules/x/module.yaml:1: no'] : [],
          rewritten: row.rewritten ? ['gone'] : [],
          unsupported: row.unsupported ? ['"a" is a submodule'] : [],
          limits: {
            max_modules: row.modules ? 0 : 10,
            max_changed_files: row.changed ? 1 : 20_000,
            max_deleted_files: row.deleted ? 1 : 200,
            max_changed_lines: 300,
          },
          change: makeChange({
            paths: 2,
            deleted: 2,
            control: row.control ? ['.platform/gates.yaml'] : [],
            unclassified: row.unclassified ? ['stray'] : [],
          }),
          candidates: [
            makeCandidate(),
            ...(row.blocked
              ? [makeCandidate({ id: 'book', stateful: true })]
              : []),
          ],
          known: new Set(['site', 'book']),
        }),
      );
      const { code, exit, all } = expected(row);
      const found = {
        code: decision.verdict.code,
        exit: exitStatusOfVerdict(decision.verdict),
        all: decision.verdict.findings.map((each) => each.code),
      };
      if (JSON.stringify(found) !== JSON.stringify({ code, exit, all })) {
        expect({ row, found }).toEqual({ row, found: { code, exit, all } });
      }
      const goesOn = decision.verdict.code === 'scope/eligible';
      expect(decision.eligible).toEqual(goesOn ? ['site'] : []);
      expect(decision.verdict.modules).toEqual(decision.eligible);
    }
  });
});

describe('what is told', () => {
  it('nothing to apply says how many paths were looked at', () => {
    const { verdict } = decideScope(
      makeFacts({
        candidates: [],
        change: makeChange({ paths: 7, perClass: { ignored: 7 } }),
      }),
    );
    expect(verdict.code).toBe('scope/nothing-to-apply');
    expect(verdict.reason).toContain('7 changed paths (7 ignored)');
  });

  it('every refusal has a remedy', () => {
    const { verdict } = decideScope(
      makeFacts({
        onBlocked: 'fail',
        rewritten: ['gone'],
        unsupported: ['"a" is a submodule'],
        candidates: [makeCandidate({ stateful: true, optedOut: true })],
        change: makeChange({ control: ['a'], unclassified: ['b'] }),
      }),
    );
    expect(verdict.findings).toHaveLength(6);
    for (const { remedy } of verdict.findings) expect(remedy).not.toBe('');
  });

  it('a stateful module is told with the dispatch to paste', () => {
    const { blocked } = decideScope(
      makeFacts({ candidates: [makeCandidate({ stateful: true })] }),
    );
    expect(blocked[0]?.remedy).toContain('module=site allow_stateful=true');
    expect(blocked[0]?.remedy).toContain(`'apply site ${HEAD.slice(0, 12)}'`);
  });

  it('a bidi mark in a path cannot be seen as itself', () => {
    const { verdict } = decideScope(
      makeFacts({ change: makeChange({ unclassified: ['a\u202eb\n'] }) }),
    );
    expect(JSON.stringify(verdict)).not.toMatch(/\u202e|[^\x20-\x7e]/);
  });

  it('the evidence stays small however large the change is', () => {
    const many = Array.from({ length: 20_000 }, (_, index) => `path-${index}`);
    const { verdict } = decideScope(
      makeFacts({
        change: makeChange({
          paths: many.length,
          unclassified: many,
          control: many,
        }),
        candidates: many.map((id) => makeCandidate({ id, unsupported: ['x'] })),
        neverApplied: many,
      }),
    );
    expect(JSON.stringify(verdict).length).toBeLessThan(48 * 1024);
  });

  it('more changed lines than the limit are a warning only', () => {
    const { verdict } = decideScope(
      makeFacts({ change: makeChange({ lines: 301 }) }),
    );
    expect(verdict.decision).toBe('pass');
    expect(verdict.evidence).toHaveProperty('warning');
  });
});
