import { expect, it } from 'vitest';
import type { AuditEntry } from '../model/audit-entry.ts';
import { finding, passVerdict } from '../model/verdict.ts';
import type { RunOrigin } from './attempt-entries.ts';
import {
  findObserved,
  observedNote,
  readLastObserved,
} from './observed-note.ts';

const sha = 'a'.repeat(40);
const digest = `sha256:${'d'.repeat(64)}`;
const by: RunOrigin = {
  ...{ actor: 'ada', event: 'push', sha, job: 'lane' },
  account: 'person',
};
const saying = (text: string) => [
  passVerdict({ gate: 'module-plan', sha }, 'plan/drift', 'drift', {
    evidence: { plans: [{ module: 'web', digest }] },
  }),
  passVerdict({ gate: 'module-apply', sha }, 'apply/observed', 'observed', {
    findings: [finding('apply/observed', text, { module: 'web' })],
  }),
];

function entry(
  seq: number,
  { kind, body }: Pick<AuditEntry, 'kind' | 'body'>,
): AuditEntry {
  const run = { id: '1', number: '1', attempt: '1', url: '' };
  const time = `2026-05-16T11:00:0${seq}Z`;
  const chain = { log: 'f'.repeat(64), seq, prev: '0'.repeat(64) };
  return { v: 1, ...chain, time, run, fence: null, kind, body };
}
const note = (seq: number, text: string) => {
  const about = { sha, gates: {} };
  return entry(seq, observedNote(findObserved(saying(text)), about, by));
};
const result = (seq: number, module: string) =>
  entry(seq, { kind: 'result', body: { module } });

it('binds what is said of a module to its plan', () => {
  const said = { module: 'web', said: 'not changed', plan_digest: digest };
  expect(findObserved(saying('not changed'))).toEqual([said]);
  expect(findObserved([])).toEqual([]);
});

it.each([
  ['the newest counts', [note(1, 'one'), note(2, 'two')], 'two'],
  ['one that was applied since', [note(1, 'one'), result(2, 'web')], undefined],
  ['one of another module', [note(1, 'one'), result(2, 'api')], 'one'],
  ['again after an apply', [result(1, 'web'), note(2, 'two')], 'two'],
  [
    'notes of others',
    [entry(1, { kind: 'note', body: { observed: 7 } })],
    undefined,
  ],
])('reads what was last observed: %s', (_, entries, said) => {
  expect(readLastObserved(entries).get('web')?.said).toBe(said);
});
