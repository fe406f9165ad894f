import { expect, it } from 'vitest';
import type { AuditEntry } from '../model/audit-entry.ts';
import type { Status } from '../model/status.ts';
import { findOpenAttempts } from './open-attempt.ts';

const RUN = { id: '7', number: '7', attempt: '1', url: '' };

function entry(kind: string, body: AuditEntry['body']): AuditEntry {
  return {
    v: 1,
    log: 'a'.repeat(64),
    seq: 1,
    prev: 'b'.repeat(64),
    time: '2026-11-20T12:00:00.000Z',
    run: RUN,
    fence: null,
    kind,
    body,
  };
}

const about = (attempt: string, module = 'web') => ({
  module,
  host: 'here',
  sha: 'c'.repeat(40),
  tree: 'd'.repeat(64),
  plan_digest: 'sha256:x',
  attempt,
  by: { actor: 'ada' },
});
const intent = (attempt: string, module?: string) =>
  entry('intent', about(attempt, module));
const end = (kind: string, attempt: string, result: string) =>
  entry(kind, { ...about(attempt), result });

const unknownStatus = {
  module: 'web',
  last_apply_host: 'here',
  last_apply_result: 'unknown',
  last_apply_at: '2026-11-20T11:00:00Z',
  attempt: 'a1',
} as Status;

it.each<[string, Status | undefined, AuditEntry[], (string | undefined)[]]>([
  ['nothing at all', undefined, [], []],
  ['an intent alone', undefined, [intent('a1')], ['a1']],
  ['one of another module', undefined, [intent('a1', 'api')], []],
  [
    'one with a result',
    undefined,
    [intent('a1'), end('result', 'a1', 'failed')],
    [],
  ],
  [
    'one with a result that says unknown',
    undefined,
    [intent('a1'), end('result', 'a1', 'unknown')],
    ['a1'],
  ],
  [
    'one that was reconciled',
    undefined,
    [intent('a1'), end('reconcile', 'a1', 'stated')],
    [],
  ],
  [
    'one whose result is of another attempt',
    undefined,
    [intent('a1'), intent('a2'), end('result', 'a2', 'applied')],
    ['a1'],
  ],
  ['a note in between', undefined, [end('note', 'a1', 'x')], []],
  ['an intent of another program', undefined, [entry('intent', {})], []],
  ['a status alone', unknownStatus, [], ['a1']],
  ['both, of one attempt', unknownStatus, [intent('a1')], ['a1']],
  [
    'a status that is older than the log',
    unknownStatus,
    [intent('a2')],
    ['a1', 'a2'],
  ],
  [
    'a status that says unknown, whatever the log says',
    unknownStatus,
    [intent('a1'), end('result', 'a1', 'applied')],
    ['a1'],
  ],
  [
    'a status without the name of a record',
    { ...unknownStatus, attempt: null },
    [],
    [undefined],
  ],
])('35: %s', (_, status, entries, open) => {
  const found = findOpenAttempts('web', status, entries);
  expect(found.map(({ record }) => record)).toEqual(open);
});
