import { expect, it, test } from 'vitest';
import type { ApplyResult } from '../drivers/driver.ts';
import type { ReasonCode } from '../model/reason-codes.ts';
import { exitStatusOfVerdict, finding } from '../model/verdict.ts';
import type { ModuleOutcome } from './attempt.ts';
import { decideOutcome, listOutcomes } from './decide-outcome.ts';

const subject = { gate: 'module-apply', sha: 'b'.repeat(40) };
const nothing = { problems: [], observed: [] };
const observed = [finding('apply/observed', 'o would change', { module: 'o' })];

/** An outcome as the driver words it, with the code that goes with it. */
function make(word: ApplyResult['result'], code?: ReasonCode): ModuleOutcome {
  const attempt = {
    module: word,
    host: 'here',
    sha: subject.sha,
    tree: 'a'.repeat(64),
    planDigest: 'sha256:x',
    record: 'r',
    actor: 'ada',
    run: { id: '1', number: '1', attempt: '1', url: '' },
    fence: 3,
    previous: undefined,
  };
  const ending = {
    record: 'r',
    health: 'healthy' as const,
    restarts: null,
    returncode: 0,
    liveTree: attempt.tree,
    output: [],
  };
  const because = finding(code ?? 'apply/failed', word);
  const results: Record<ApplyResult['result'], ApplyResult> = {
    applied: { result: 'applied', releaseOnly: false, ...ending },
    noop: { result: 'noop', ...ending },
    unhealthy: { result: 'unhealthy', finding: because, ...ending },
    rolled_back: { result: 'rolled_back', finding: because, ...ending },
    failed: { result: 'failed', finding: because, ...ending },
    refused: { result: 'refused', finding: because, output: [] },
    unknown: { result: 'unknown', finding: because, record: 'r' },
  };
  return { kind: 'attempted', attempt, result: results[word] };
}

const held: ModuleOutcome = {
  kind: 'held',
  module: 'held',
  finding: finding('apply/dependency-failed', 'held', { module: 'held' }),
};

test.each<[string, ModuleOutcome[], string, number]>([
  ['all applied', [make('applied')], 'apply/applied', 0],
  ['all noop', [make('noop'), make('noop')], 'apply/noop', 0],
  ['some of each', [make('noop'), make('applied')], 'apply/applied', 0],
  ['one failed', [make('applied'), make('failed')], 'apply/failed', 7],
  ['one held', [make('failed'), held], 'apply/failed', 7],
  [
    'the lowest exit wins',
    [make('failed'), make('refused', 'plan/host-unreachable')],
    'plan/host-unreachable',
    3,
  ],
])('%s', (_, outcomes, code, exit) => {
  const verdict = decideOutcome(subject, outcomes, nothing);
  expect(verdict.code).toBe(code);
  expect(exitStatusOfVerdict(verdict)).toBe(exit);
});

it('lists every result in the evidence, every refusal and what was observed', () => {
  const outcomes = [
    make('applied'),
    make('rolled_back'),
    make('unknown'),
    held,
  ];
  const verdict = decideOutcome(subject, outcomes, {
    problems: [finding('state/not-durable', 'not stored')],
    observed,
  });
  expect(verdict.findings).toHaveLength(5);
  expect(verdict.findings.at(-1)).toEqual(observed[0]);
  expect(verdict.evidence['results']).toHaveLength(4);
  expect(verdict.evidence['observed']).toEqual(['o']);
});

it('is never passed by what was only observed', () => {
  const verdict = decideOutcome(subject, [make('failed')], {
    problems: [],
    observed,
  });
  expect(exitStatusOfVerdict(verdict)).toBe(7);
});

it.each([
  [[], 'apply/observed'],
  [[make('applied')], 'apply/applied'],
  [[make('noop')], 'apply/noop'],
])('says what was observed beside %#', (outcomes, code) => {
  const verdict = decideOutcome(subject, outcomes, { problems: [], observed });
  expect(verdict).toMatchObject({ code, findings: observed });
});

it('calls it a noop where only the release was put in place', () => {
  const applied = make('applied');
  if (applied.kind === 'held') throw new Error('held');
  const result = { ...applied.result, releaseOnly: true } as ApplyResult;
  const outcomes = [{ ...applied, result }];
  expect(decideOutcome(subject, outcomes, nothing).code).toBe('apply/noop');
  expect(listOutcomes(outcomes).noop).toEqual(['applied']);
});

it('puts every module in one list', () => {
  const words = [
    'applied',
    'noop',
    'unhealthy',
    'rolled_back',
    'failed',
    'refused',
    'unknown',
  ] as const;
  expect(listOutcomes([...words.map((word) => make(word)), held])).toEqual({
    applied: ['applied'],
    noop: ['noop'],
    failed: ['unhealthy', 'failed', 'refused', 'unknown'],
    rolledBack: ['rolled_back'],
    notAttempted: ['held'],
  });
});
