import { describe, expect, it } from 'vitest';
import type { ApplyResult } from '../drivers/driver.ts';
import { type Status, statusSchema } from '../model/status.ts';
import { finding } from '../model/verdict.ts';
import type { Attempt } from './attempt.ts';
import { describeOutcome } from './describe-outcome.ts';
import { isAlreadyApplied, statusOfAttempt } from './status-of-attempt.ts';

const OLD_TREE = 'a'.repeat(64);
const NEW_TREE = 'b'.repeat(64);
const ODD_TREE = 'c'.repeat(64);
const OLD_SHA = 'a'.repeat(40);
const NEW_SHA = 'b'.repeat(40);
const at = new Date('2026-11-20T12:00:00Z');

function makeStatus(over: Partial<Status> = {}): Status {
  return {
    schema: 1,
    module: 'web',
    last_apply_sha: OLD_SHA,
    approved_sha: null,
    head_sha: null,
    last_apply_pr: null,
    last_apply_at: '2026-05-16T11:00:00Z',
    last_apply_host: 'here',
    last_apply_actor: 'ada',
    last_apply_returncode: 0,
    last_apply_result: 'applied',
    tree: OLD_TREE,
    attempted_sha: OLD_SHA,
    attempted_tree: OLD_TREE,
    plan_digest: 'sha256:x',
    health: 'healthy',
    restarts: null,
    run: { id: '6', number: '12', attempt: '1', url: '' },
    break_glass_reason: null,
    fence: null,
    ...over,
  };
}

function makeAttempt(over: Partial<Attempt> = {}): Attempt {
  return {
    module: 'web',
    host: 'here',
    sha: NEW_SHA,
    tree: NEW_TREE,
    planDigest: 'sha256:y',
    record: '7-1-web-0',
    actor: 'grace',
    run: { id: '7', number: '13', attempt: '1', url: '' },
    fence: 3,
    previous: makeStatus(),
    ...over,
  };
}

function makeResult(
  result: ApplyResult['result'],
  liveTree: string | null,
): ApplyResult {
  const ending = {
    record: '7-1-web-0',
    health: 'healthy' as const,
    restarts: null,
    returncode: 0,
    liveTree,
    output: [],
  };
  const because = finding('apply/failed', 'because');
  switch (result) {
    case 'applied':
      return { result, releaseOnly: false, ...ending };
    case 'noop':
      return { result, ...ending };
    case 'unhealthy':
    case 'rolled_back':
    case 'failed':
      return { result, finding: because, ...ending };
    case 'refused':
      return { result, finding: because, output: [] };
    case 'unknown':
      return { result, finding: because, record: '7-1-web-0' };
  }
}

describe('statusOfAttempt', () => {
  type Row = [
    ApplyResult['result'],
    string | null,
    Status['last_apply_result'] | undefined,
    string | null,
    string | null,
  ];
  it.each<Row>([
    ['applied', NEW_TREE, 'applied', NEW_TREE, NEW_SHA],
    ['noop', NEW_TREE, 'noop', NEW_TREE, NEW_SHA],
    ['rolled_back', OLD_TREE, 'rolled_back', OLD_TREE, OLD_SHA],
    ['rolled_back', ODD_TREE, 'rolled_back', ODD_TREE, OLD_SHA],
    ['failed', NEW_TREE, 'failed', NEW_TREE, NEW_SHA],
    ['failed', OLD_TREE, 'failed', OLD_TREE, OLD_SHA],
    ['failed', null, 'failed', null, OLD_SHA],
    ['unhealthy', NEW_TREE, 'failed', NEW_TREE, NEW_SHA],
    ['unhealthy', OLD_TREE, 'failed', OLD_TREE, OLD_SHA],
    ['unknown', null, 'unknown', OLD_TREE, OLD_SHA],
    ['refused', null, undefined, null, null],
  ])('%s with %s live: %s', (word, live, written, tree, sha) => {
    const result = makeResult(word, live);
    const status = statusOfAttempt(makeAttempt(), { result, at });
    if (written === undefined) {
      expect(status).toBeUndefined();
      return;
    }
    expect(statusSchema.parse(status)).toEqual(status);
    expect(status).toMatchObject({
      last_apply_result: written,
      tree,
      last_apply_sha: sha,
      attempted_sha: NEW_SHA,
      attempted_tree: NEW_TREE,
    });
  });

  it.each([
    ['unknown', null],
    ['failed', null],
  ] as const)('%s of a first apply knows of nothing live', (word, live) => {
    const attempt = makeAttempt({ previous: undefined });
    const result = makeResult(word, live);
    expect(statusOfAttempt(attempt, { result, at })).toMatchObject({
      tree: null,
      last_apply_sha: null,
    });
  });

  it('leaves a status that already says so as it is', () => {
    const attempt = makeAttempt({ tree: OLD_TREE });
    const result = makeResult('noop', OLD_TREE);
    expect(statusOfAttempt(attempt, { result, at })).toBeUndefined();
  });
});

it('calls it a noop where only the release was put in place, on record', () => {
  const applied = makeResult('applied', NEW_TREE);
  const result = { ...applied, releaseOnly: true } as ApplyResult;
  expect(statusOfAttempt(makeAttempt(), { result, at })).toMatchObject({
    last_apply_result: 'noop',
    tree: NEW_TREE,
    last_apply_sha: NEW_SHA,
  });
});

describe('isAlreadyApplied', () => {
  it.each<[string, Partial<Status> | undefined, boolean]>([
    ['applied and healthy', {}, true],
    ['a noop before', { last_apply_result: 'noop' }, true],
    ['no status', undefined, false],
    ['other content', { tree: NEW_TREE }, false],
    ['nothing live', { tree: null }, false],
    ['another host', { last_apply_host: 'there' }, false],
    ['unhealthy', { health: 'unhealthy' }, false],
    ['unknown health', { health: 'unknown' }, false],
    ['failed', { last_apply_result: 'failed' }, false],
    ['rolled back', { last_apply_result: 'rolled_back' }, false],
    ['unknown', { last_apply_result: 'unknown' }, false],
  ])('%s', (_, over, expected) => {
    const status = over && makeStatus(over);
    const attempt = { tree: OLD_TREE, host: 'here' };
    expect(isAlreadyApplied(status, attempt)).toBe(expected);
  });
});

it.each<[Partial<Status>, string]>([
  [{}, 'already applied 2026-05-16 (run 12): nothing to do'],
  [
    { last_apply_pr: 5 },
    'already applied 2026-05-16 via PR #5 (run 12): nothing to do',
  ],
  [
    { run: { id: 'local-9', number: '0', attempt: '1', url: '' } },
    'already applied 2026-05-16 (run local-9): nothing to do',
  ],
])('a noop says since when: %j', (over, words) => {
  const attempt = makeAttempt({ tree: OLD_TREE, previous: makeStatus(over) });
  const result = makeResult('noop', OLD_TREE);
  const outcome = { kind: 'attempted', attempt, result } as const;
  expect(describeOutcome(outcome)).toContain(words);
});
