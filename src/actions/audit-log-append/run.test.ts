import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  makeServicePlatform,
  type ServicePlatform,
} from '../../../tests/support/service-platform.ts';
import {
  dispatchEvent,
  makeStepRun,
  pushEvent,
  type StepRun,
} from '../../../tests/support/step-run.ts';
import type { LaneEvent } from '../../model/event.ts';
import { exitStatusOf } from '../../model/reason-codes.ts';
import { auditLogAppendStep } from './run.ts';

let platform: ServicePlatform;
let base: string;
let head: string;
beforeEach(() => {
  platform = makeServicePlatform();
  base = platform.git('rev-parse', 'HEAD');
  head = platform.commit({ 'README.md': 'changed\n' });
});
afterEach(() => platform.close());

const append = (
  inputs: { readonly kind?: string; readonly body?: string },
  run: StepRun = makeStepRun(platform, dispatchEvent(head)),
) =>
  run.run(auditLogAppendStep, {
    kind: 'note',
    body: '{"text":"x"}',
    ...inputs,
  });
const log = (branch = 'platform-state') =>
  (platform.readRemote(branch, 'state/AUDIT_LOG.jsonl') ?? '')
    .split('\n')
    .filter((line) => line !== '');

it('puts out the number and the hash of an entry that is on the remote', async () => {
  const { verdict, outputs } = await append({ kind: 'backup' });
  expect(verdict).toMatchObject({ decision: 'pass', code: 'audit/appended' });
  const [genesis = '', line = ''] = log();
  expect(JSON.parse(genesis).body.genesis.repository).toBe('local/remote');
  expect(JSON.parse(line)).toMatchObject({
    kind: 'backup',
    fence: null,
    body: {
      text: 'x',
      by: { actor: 'ada', event: 'workflow_dispatch', sha: head, job: 'apply' },
    },
  });
  const hash = createHash('sha256').update(`${line}\n`).digest('hex');
  expect(outputs).toEqual({ seq: '1', hash });
});

it('tells a checkpoint where people look', async () => {
  const { verdict, outputs, summary } = await append({});
  expect(summary).toEqual([verdict]);
  expect(verdict.reason).toContain(outputs['hash']);
  expect(verdict.evidence['checkpoint']).toMatch(
    /^apply-gates\/audit\/[0-9a-f]{64}\n2\n\S{44}\n$/,
  );
});

describe('which branch it is', () => {
  const moved = () =>
    platform.commit({
      '.platform/gates.yaml': `schema: 1\nstate: {branch: evidence}\nhosts:\n  here: {transport: local, runtime_root: ${platform.runtimeRoot}}\n`,
    });
  const pullRequest = (of: string, to: string): LaneEvent => ({
    ...{ name: 'pull_request', number: 1, baseRef: 'main', fork: false },
    ...{ base: of, head: to, defaultBranch: 'main' },
  });

  it.each<[string, (before: string, after: string) => LaneEvent]>([
    ['a push', pushEvent],
    ['a pull request', pullRequest],
  ])('self-change: %s does not say it itself', async (_, event) => {
    const run = makeStepRun(platform, event(head, moved()));
    expect((await append({}, run)).verdict.code).toBe('audit/appended');
    expect(log()).toHaveLength(2);
    expect(log('evidence')).toEqual([]);
  });

  it.each<[string, () => LaneEvent]>([
    ['a dispatch', () => dispatchEvent(head)],
    [
      'an event that no lane takes',
      () => ({ name: 'other', event: 'schedule', defaultBranch: 'main' }),
    ],
    [
      'a push of another branch',
      () => ({ ...pushEvent(base, head), ref: 'refs/heads/side' }) as LaneEvent,
    ],
    ['the first push of all', () => pushEvent('0'.repeat(40), head)],
  ])('%s finds it on the default branch', async (_, event) => {
    moved();
    const run = makeStepRun(platform, event());
    expect((await append({}, run)).verdict.code).toBe('audit/appended');
    expect(log('evidence')).toHaveLength(2);
  });

  it('history-rewritten: a push from a commit that is no ancestor goes on record', async () => {
    platform.git('reset', '-q', '--hard', base);
    platform.git('commit', '-q', '--allow-empty', '-m', 'other');
    const other = platform.git('rev-parse', 'HEAD');
    const run = makeStepRun(platform, pushEvent(head, other));
    expect((await append({}, run)).verdict.code).toBe('audit/appended');
  });
});

it('is one entry where a step runs twice, two where two runs do', async () => {
  const run = makeStepRun(platform, dispatchEvent(head));
  const first = await append({}, run);
  const again = await append({}, run);
  expect(again.verdict.code).toBe('audit/repeated');
  expect(again.outputs).toEqual(first.outputs);
  await append({});
  expect(log()).toHaveLength(3);
});

describe('is refused, and nothing written', () => {
  it.each<[string, { kind?: string; body?: string }]>([
    ['audit/unknown-kind', { kind: 'Note' }],
    ['audit/unknown-kind', { kind: '__proto__' }],
    ['input/malformed', { kind: 'note\n' }],
    ['audit/malformed-body', { body: 'text' }],
    ['audit/malformed-body', { body: '["text"]' }],
    ['audit/malformed-body', { body: 'null' }],
    ['audit/malformed-body', { body: '{"a":1}{"b":2}' }],
    ['audit/malformed-body', { body: '{"a":1,"a":2}' }],
    ['audit/malformed-body', { body: '{"share":0.5}' }],
    ['audit/malformed-body', { body: '{"text":"\\ud800"}' }],
    ['audit/malformed-body', { body: '{"__proto__":{"a":1}}' }],
    [
      'audit/malformed-body',
      { body: `${'{"a":'.repeat(60)}1${'}'.repeat(60)}` },
    ],
    ['audit/reserved-field', { body: '{"seq":1}' }],
    ['audit/reserved-field', { body: '{"by":{"actor":"eve"}}' }],
    ['audit/reserved-field', { body: '{"genesis":{}}' }],
    [
      'audit/body-too-large',
      { body: JSON.stringify({ a: 'x'.repeat(17_000) }) },
    ],
    ['input/malformed', { body: JSON.stringify({ a: 'x'.repeat(1_000_000) }) }],
  ])('%s: %j', async (code, inputs) => {
    const { verdict, exitStatus } = await append(inputs);
    expect(verdict).toMatchObject({ decision: 'refuse', code });
    expect(exitStatus).toBe(2);
    expect(log()).toEqual([]);
  });

  it('without a kind or a body', async () => {
    const run = makeStepRun(platform, dispatchEvent(head));
    const { verdict } = await run.run(auditLogAppendStep, {});
    expect(verdict.code).toBe('input/malformed');
    expect(verdict.reason).toMatch(/kind: .*body: /);
  });
});

it('a log that is not in order is not gone on with', async () => {
  await append({});
  platform.git('fetch', '-q', 'origin', 'platform-state');
  platform.git('checkout', '-q', '--detach', 'FETCH_HEAD');
  const torn = log().join('\n').slice(0, -5);
  writeFileSync(`${platform.checkout}/state/AUDIT_LOG.jsonl`, torn);
  platform.git('commit', '-q', '-a', '-m', 'by hand');
  platform.git('push', '-q', 'origin', 'HEAD:refs/heads/platform-state');
  platform.git('checkout', '-q', 'main');
  const { verdict, exitStatus } = await append({});
  expect(verdict.code).toBe('audit/broken');
  expect(exitStatus).toBe(exitStatusOf('audit/broken'));
});
