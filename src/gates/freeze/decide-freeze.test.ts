import { expect, it } from 'vitest';
import {
  type Freeze,
  type FreezeRecord,
  type FreezeScope,
  freezePath,
  scopeOfPath,
} from '../../model/freeze.ts';
import { decideFreeze } from './decide-freeze.ts';

const at = new Date('2026-05-16T11:00:00Z');
const subject = { module: 'web', host: 'rs' };
const nobody = { person: false, reason: undefined };
const all = { kind: 'all' } as const;

function make(scope: FreezeScope, over: Partial<Freeze> = {}): FreezeRecord {
  const freeze: Freeze = {
    schema: 1,
    scope,
    reason: 'a fair',
    author: 'ada',
    since: '2026-05-16T10:00:00Z',
    until: null,
    source: 'person',
    run: { id: '1', number: '1', attempt: '1', url: '' },
    ...over,
  };
  return { kind: 'read', path: freezePath(scope), freeze };
}
const unreadable = (path: string): FreezeRecord => ({
  kind: 'unreadable',
  path,
  scope: scopeOfPath(path),
  why: 'x',
});

it.each<[FreezeRecord, string | undefined]>([
  [make(all), 'freeze/frozen'],
  [make({ kind: 'host', name: 'rs' }), 'freeze/frozen'],
  [make({ kind: 'module', name: 'web' }), 'freeze/frozen'],
  [make({ kind: 'host', name: 'web' }), undefined],
  [make({ kind: 'module', name: 'rs' }), undefined],
  [make(all, { until: '2026-05-16T11:00:00Z' }), undefined],
  [make(all, { until: '2026-05-16T11:00:01Z' }), 'freeze/frozen'],
  [unreadable('state/freezes/modules/web.json'), 'freeze/unreadable'],
  [unreadable('state/freezes/modules/db.json'), undefined],
  [unreadable('state/freezes/modules/web/odd.json'), 'freeze/unreadable'],
  [unreadable('state/freezes/note.txt'), 'freeze/unreadable'],
])('%j holds the module up with %s', (record, code) => {
  const { findings } = decideFreeze([record], subject, { at, pass: nobody });
  expect(findings[0]?.code).toBe(code);
});

it.each([
  [true, 'an outage', 0],
  [true, undefined, 1],
  [false, 'an outage', 1],
  [false, undefined, 1],
])('by hand: %s, with the reason %j: %i refusals', (person, reason, count) => {
  const records = [make(all)];
  const pass = { person, reason };
  const { findings, passed } = decideFreeze(records, subject, { at, pass });
  expect(findings).toHaveLength(count);
  expect(passed).toHaveLength(1 - count);
});

it.each<[FreezeScope, boolean, number]>([
  [{ kind: 'module', name: 'web' }, true, 0],
  [{ kind: 'module', name: 'web' }, false, 1],
  [{ kind: 'host', name: 'rs' }, true, 1],
  [all, true, 1],
])(
  'a rollback under a freeze of %j, by a person: %s: %i refusals',
  (scope, person, count) => {
    const pass = { person, reason: undefined, rollback: 'the page is blank' };
    const decided = decideFreeze([make(scope)], subject, { at, pass });
    expect(decided.findings).toHaveLength(count);
    expect(decided.passed).toHaveLength(1 - count);
  },
);
