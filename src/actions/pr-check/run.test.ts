import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import type { Changes, Platform } from '../../../tests/support/platform.ts';
import {
  makeScopePlatform,
  manifestText,
  moduleFiles,
  policyText,
  pushOf,
} from '../../../tests/support/scope-run.ts';
import { makeStepRun } from '../../../tests/support/step-run.ts';
import type { LaneEvent } from '../../model/event.ts';
import { prCheckStep } from './run.ts';

let platform: Platform;
let base = '';
beforeAll(() => {
  platform = makeScopePlatform();
  base = platform.git('rev-parse', 'HEAD');
});
afterAll(() => platform.close());

/** A commit beside the default branch, which stays where it is. */
function propose(changes: Changes): string {
  const head = platform.commit(changes);
  platform.git('reset', '-q', '--hard', base);
  platform.git('push', '-q', '-f', 'origin', 'HEAD:refs/heads/main');
  return head;
}

const pullRequest = (head: string, over = {}): LaneEvent => ({
  ...{ name: 'pull_request', number: 3, base, head, baseRef: 'main' },
  ...{ fork: false, defaultBranch: 'main' },
  ...over,
});

async function judge(event: LaneEvent) {
  const run = makeStepRun(platform, event);
  const outcome = await run.run(prCheckStep, { comment: 'false' });
  return { ...outcome, code: outcome.verdict.code, printed: run.printed };
}
const check = (changes: Changes) => judge(pullRequest(propose(changes)));

const unclosed = 'on: [push\n';

test.each<[string, Changes, string, number]>([
  ['a stateless module', { 'modules/site/content': '2\n' }, 'check/ready', 0],
  ['a stateful module', { 'modules/book/content': '2\n' }, 'check/waiting', 0],
  [
    'a control change',
    { '.platform/gates.yaml': policyText('ignore: [x]\n') },
    'check/waiting',
    0,
  ],
  ['an unknown path', { 'x/y': '' }, 'check/waiting', 0],
  [
    'a module that is gone',
    { 'modules/site/module.yaml': null, 'modules/site/content': null },
    'check/waiting',
    0,
  ],
  [
    'a broken manifest',
    { 'modules/site/module.yaml': 'a: b\n' },
    'scope/invalid-manifest',
    2,
  ],
  [
    'a broken policy',
    { '.platform/gates.yaml': 'schema: 2\n' },
    'scope/invalid-policy',
    2,
  ],
  ['no policy', { '.platform/gates.yaml': null }, 'scope/no-policy', 2],
  [
    'an unreadable workflow',
    { '.github/workflows/a.yml': unclosed },
    'lint/unreadable',
    2,
  ],
  [
    'a dependency that is gone',
    {
      'modules/feed/module.yaml': manifestText('feed', 'depends_on: [nobody]'),
    },
    'scope/invalid-manifest',
    2,
  ],
])('%s', async (_name, changes, code, exit) => {
  const outcome = await check(changes);
  expect([outcome.code, outcome.exitStatus]).toEqual([code, exit]);
});

describe('self-change: the policy of the pull request judges nothing', () => {
  it('a host and the first module on it need two', async () => {
    const { code } = await check({
      ...moduleFiles('new', 'host: new'),
      '.platform/gates.yaml': `${policyText()}  new: {transport: local}\n`,
    });
    expect(code).toBe('scope/invalid-manifest');
  });

  it('limits it lifts are told all the same', async () => {
    const { code, printed } = await check({
      '.platform/gates.yaml': policyText('limits: {max_changed_lines: 9000}\n'),
      'modules/site/content': 'x\n'.repeat(500),
    });
    expect(code).toBe('check/waiting');
    expect(printed.join('\n')).toMatch(
      /^warning: .*max_changed_lines \(300\)/m,
    );
  });
});

it('a branch behind its base is told, and passes', async () => {
  const head = propose({ 'modules/site/content': '2\n' });
  const newer = propose({ 'modules/feed/content': '3\n' });
  const event = pullRequest(head, { base: newer });
  const { code, printed, outputs } = await judge(event);
  expect(code).toBe('check/ready');
  expect(outputs['eligible']).toBe('["site"]');
  expect(printed.join('\n')).toMatch(/^warning: .*1 commit behind "main"/m);
});

test('event-gate: no other event, and no other base', async () => {
  const head = propose({ 'modules/site/content': '2\n' });
  const target = { name: 'other', event: 'pull_request_target' } as const;
  for (const [event, code] of [
    [pushOf(base, head), 'scope/event-not-supported'],
    [{ ...target, defaultBranch: 'main' }, 'scope/event-not-supported'],
    [pullRequest(head, { baseRef: 'other' }), 'scope/wrong-ref'],
  ] as const) {
    expect((await judge(event)).code).toBe(code);
  }
});
