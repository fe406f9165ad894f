import { describe, expect, it } from 'vitest';
import type { HostSession } from '../../host/host-session.ts';
import { manifestSchema } from '../../model/manifest.ts';
import { policySchema } from '../../model/policy.ts';
import { endingOf, parseRecord } from './attempt-record.ts';

const TREE = 'b'.repeat(64);
const encode = (text: string) => Buffer.from(text).toString('base64');

const written = {
  schema: 1,
  attempt: '7-1-m-0',
  module: 'm',
  sha: 'a'.repeat(40),
  tree: TREE,
  phase: 'finished',
  pid: 12,
  result: 'applied',
  health: 'healthy',
  returncode: 0,
  previous: '',
  live: TREE,
  detail: encode('because hunter22'),
  output: encode('one\nhunter22\n'),
};

const policy = policySchema.parse({
  schema: 1,
  hosts: { box: { transport: 'local' } },
}).hosts['box'];

function ending(changes: Readonly<Record<string, unknown>>) {
  const record = parseRecord(JSON.stringify({ ...written, ...changes }));
  if (!record || !policy) throw new Error('no record');
  const host: HostSession = {
    name: 'box',
    policy,
    commandPath: '/bin',
    redact: (text) => text.replaceAll('hunter22', '[redacted]'),
    perform: () => Promise.reject(new Error('not asked')),
    close: () => Promise.resolve(),
  };
  const manifest = manifestSchema.parse({
    schema: 1,
    id: 'm',
    stateful: false,
    host: 'box',
    driver: 'command',
    command: { plan: ['p'], apply: ['a'], health: ['h'] },
  });
  const files = async () => [];
  const release = {
    module: 'm',
    manifest,
    folder: 'm',
    sha: '',
    tree: TREE,
    files,
  };
  return endingOf(record, { host, release, record: written.attempt });
}

describe('endingOf', () => {
  it.each([
    ['applied', 'applied', undefined],
    ['released', 'applied', undefined],
    ['noop', 'noop', undefined],
    ['unhealthy', 'unhealthy', 'apply/unhealthy'],
    ['rolled_back', 'rolled_back', 'apply/rolled-back'],
    ['failed', 'failed', 'apply/failed'],
    ['plan_changed', 'refused', 'apply/plan-changed'],
    ['fenced', 'refused', 'host/fenced'],
    ['unwritable', 'refused', 'host/unwritable'],
    ['not_started', 'refused', 'plan/host-unreachable'],
    ['internal', 'refused', 'internal/bug'],
    ['malformed', 'refused', 'internal/bug'],
    ['', 'unknown', 'apply/unknown'],
  ])('%j is %s (%s)', (result, expected, code) => {
    const found = ending({ result });
    expect(found.result).toBe(expected);
    expect('finding' in found ? found.finding.code : undefined).toBe(code);
  });

  it('redacts what was printed, and the reason', () => {
    const found = ending({ result: 'failed' });
    expect(found).toMatchObject({ output: ['one', '[redacted]'] });
    expect(JSON.stringify(found)).not.toContain('hunter22');
  });

  it('knows that nothing is live', () => {
    expect(ending({ live: '' })).toMatchObject({ liveTree: null });
  });
});

describe('parseRecord', () => {
  it.each([
    '',
    'null',
    '{}',
    JSON.stringify(written).slice(0, -1),
    JSON.stringify({ ...written, schema: 2 }),
    JSON.stringify({ ...written, result: 'fine' }),
    JSON.stringify({ ...written, live: '../x' }),
    JSON.stringify({ ...written, output: 'no base64!' }),
  ])('takes %j for no record', (text) => {
    expect(parseRecord(text)).toBeUndefined();
  });
});
