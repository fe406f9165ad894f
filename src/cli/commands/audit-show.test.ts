import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeLines } from '../../../tests/support/audit-lines.ts';
import {
  type AuditPlatform,
  makeAuditPlatform,
} from '../../../tests/support/audit-platform.ts';

let platform: AuditPlatform;
let log: string;
beforeAll(() => {
  platform = makeAuditPlatform();
  log = platform.path('log.jsonl');
  const run = (number: string) => ({
    ...{ id: `10${number}`, number, attempt: '2', url: '' },
  });
  writeFileSync(
    log,
    makeLines([
      { kind: 'intent', body: { module: 'web', sha: 'abc' }, run: run('8') },
      { kind: 'result', body: { module: 'web', result: 'applied' } },
      { kind: 'intent', body: { modules: ['db', 'web-2'] }, run: run('9') },
      { kind: 'note', body: { text: 'x\u202ey\u001b[2J ::set-output' } },
    ]).join(''),
  );
});
afterAll(() => platform.remote.remove());

const show = (...args: readonly string[]) =>
  platform.run('audit', 'show', log, ...args);
const numbers = async (...args: readonly string[]) => {
  const { exitCode, json } = await show(...args, '--json');
  const { entries } = json() as { entries: { seq: number }[] };
  expect(exitCode).toBe(0);
  return entries.map(({ seq }) => seq);
};

it('shows every entry as a table', async () => {
  const { exitCode, stdout } = await show();
  expect(exitCode).toBe(0);
  const [header, , intent = '', , both] = stdout.split('\n');
  expect(header).toMatch(/^SEQ +TIME +KIND +RUN +MODULES +BODY$/);
  expect(intent.split(/ {2,}/)).toEqual([
    ...['1', '2026-05-16T11:00:01Z', 'intent', '8.2', 'web', '{"sha":"abc"}'],
  ]);
  expect(both).toContain('db,web-2');
});

it('shows nothing that moves a cursor or turns a line', async () => {
  const { stdout } = await show('--kind', 'note', '--last', '1');
  expect(stdout).not.toMatch(/\u001b|\u202e/);
});

describe('filters', () => {
  it.each([
    ['all', [], [0, 1, 2, 3, 4]],
    ['a module', ['--module', 'web'], [1, 2]],
    ['one of several modules', ['--module', 'db'], [3]],
    ['a kind', ['--kind', 'intent'], [1, 3]],
    ['a run by its number', ['--run', '9'], [3]],
    ['a run by its id', ['--run', '108'], [1]],
    ['from a time on', ['--after', '2026-05-16T11:00:03Z'], [3, 4]],
    ['up to a time', ['--before', '2026-05-16T13:00:01+02:00'], [0, 1]],
    ['from a day on', ['--after', '2026-05-17'], []],
    ['the newest', ['--last', '2'], [3, 4]],
    ['the newest of a kind', ['--kind', 'intent', '--last', '1'], [3]],
    ['what nobody wrote', ['--kind', 'freeze'], []],
  ])('%s', async (_, args, expected) => {
    expect(await numbers(...args)).toEqual(expected);
  });

  it.each([
    ['--after', 'yesterday'],
    ['--before', '2026-13-01'],
    ['--last', '0'],
    ['--last', '-1'],
  ])('%s %s is refused', async (option, value) => {
    const { exitCode, json } = await show(`${option}=${value}`, '--json');
    expect(json()).toMatchObject({ verdict: { code: 'input/malformed' } });
    expect(exitCode).toBe(2);
  });
});

it('says so where nothing is such', async () => {
  expect((await show('--module', 'none')).stdout).toBe(
    'No entry of the log is such.\n',
  );
});

it('shows what is before a bad line, and ends with 9', async () => {
  const bad = platform.path('bad.jsonl');
  const lines = makeLines([{ kind: 'note', body: { text: 'seen' } }]);
  writeFileSync(bad, `${lines.join('')}nonsense\n`);
  const { exitCode, stdout } = await platform.run('audit', 'show', bad);
  expect(exitCode).toBe(9);
  expect(stdout).toContain('seen');
  expect(stdout).toContain('audit/bad-line');
});
