import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeLines, someDrafts } from '../../../tests/support/audit-lines.ts';
import {
  type AuditPlatform,
  makeAuditPlatform,
} from '../../../tests/support/audit-platform.ts';
import {
  note,
  openLog,
  readLog,
  verifyRemote,
} from '../../../tests/support/audit-remote.ts';
import { plainGit, STATE_BRANCH } from '../../../tests/support/state-remote.ts';

const OPEN = 'state/AUDIT_LOG.jsonl';
const OLD = '{"at":"2025-01-01","applied":"web"}\r\n{"at": "2025-01-02"}';
const hash = (text: string) => createHash('sha256').update(text).digest('hex');

let platform: AuditPlatform;
beforeEach(() => {
  platform = makeAuditPlatform();
});
afterEach(() => platform.remote.remove());

const begin = () => openLog(platform.remote, '1').append(note('first'));
const adopt = (...args: readonly string[]) =>
  platform.run('audit', 'adopt', ...args);
/** Bytes of a file of the branch; undefined where there is none. */
const kept = (path: string) => platform.remote.read(path)?.toString('utf8');
const entries = () => readLog(platform.remote).map((line) => JSON.parse(line));
const verify = async (...args: readonly string[]) => {
  const run = await platform.run('audit', 'verify', ...args, '--json');
  return (run.json() as { report: { verdict: string } }).report.verdict;
};

describe('a file of the state branch', () => {
  it.each(['.audit/apply.jsonl', 'state/old.log'])(
    '%s is sealed where it lies',
    async (path) => {
      await begin();
      platform.edit({ [path]: OLD });
      const { exitCode, json } = await adopt(path, '--json');
      expect(exitCode).toBe(0);
      expect(json()).toMatchObject({
        verdict: { code: 'audit/adopted' },
        entry: { seq: 2 },
      });
      expect(kept(path)).toBe(OLD);
      expect(entries()[2]).toMatchObject({
        kind: 'note',
        body: {
          adopted: { path, sha256: hash(OLD), bytes: OLD.length, lines: 1 },
          by: { actor: expect.any(String) },
        },
      });
    },
  );

  it('makes room where our own log has to be', async () => {
    platform.edit({ [OPEN]: OLD });
    expect((await adopt(OPEN)).exitCode).toBe(0);
    expect(kept('state/adopted/AUDIT_LOG.jsonl')).toBe(OLD);
    expect(entries()).toMatchObject([
      { seq: 0, body: { genesis: {} } },
      {
        seq: 1,
        body: {
          adopted: {
            path: 'state/adopted/AUDIT_LOG.jsonl',
            was: OPEN,
            sha256: hash(OLD),
          },
        },
      },
    ]);
    const report = await verifyRemote(platform.remote, []);
    expect(report.size).toBe(2);
    expect((await openLog(platform.remote, '2').append(note('x'))).seq).toBe(2);
  });

  it('is sealed once', async () => {
    platform.edit({ '.audit/apply.jsonl': OLD });
    await adopt('.audit/apply.jsonl');
    const before = platform.remote.log();
    const { exitCode, stdout } = await adopt('.audit/apply.jsonl');
    expect(exitCode).toBe(0);
    expect(stdout).toContain('Entry 1 seals');
    expect(platform.remote.log()).toEqual(before);
  });
});

describe('a file of this machine', () => {
  it('gets a copy at its own path below .audit', async () => {
    mkdirSync(join(platform.checkout, '.audit'));
    writeFileSync(join(platform.checkout, '.audit/apply.jsonl'), OLD);
    expect((await adopt('.audit/apply.jsonl')).exitCode).toBe(0);
    expect(kept('.audit/apply.jsonl')).toBe(OLD);
  });

  it('gets a copy below state/adopted', async () => {
    const path = platform.path('old log (1).txt');
    writeFileSync(path, OLD);
    expect((await adopt(path)).exitCode).toBe(0);
    expect(kept('state/adopted/old-log--1-.txt')).toBe(OLD);
    expect((await adopt(path)).stdout).toContain('Entry 1 seals');
  });
});

it('--dry-run writes nothing', async () => {
  await begin();
  platform.edit({ '.audit/apply.jsonl': OLD });
  const before = platform.remote.log();
  const { exitCode, stdout } = await adopt('.audit/apply.jsonl', '--dry-run');
  expect(exitCode).toBe(0);
  expect(stdout).toContain(`Would be sealed: .audit/apply.jsonl, 1 lines`);
  expect(platform.remote.log()).toEqual(before);
});

describe('a sealed file', () => {
  beforeEach(async () => {
    platform.edit({ '.audit/apply.jsonl': OLD });
    await adopt('.audit/apply.jsonl');
  });
  const checkpoint = () => platform.path('checkpoint');

  it('is verified with the log', async () => {
    await verify('--output', checkpoint());
    expect(await verify('--checkpoint', checkpoint())).toBe('consistent');
    platform.edit({ '.audit/apply.jsonl': `${OLD}more` });
    expect(await verify('--checkpoint', checkpoint())).toBe('bad-line');
    platform.edit({ '.audit/apply.jsonl': null });
    expect(await verify('--checkpoint', checkpoint())).toBe('truncated');
  });
});

describe('is refused, and nothing written', () => {
  it.each<[string, number, string, () => unknown]>([
    ['input/malformed', 2, 'missing.log', () => begin()],
    ['audit/not-adoptable', 2, OPEN, () => begin()],
    [
      'audit/not-adoptable',
      2,
      'state/audit/0.jsonl',
      () => platform.edit({ 'state/audit/0.jsonl': makeLines([]).join('') }),
    ],
    [
      'audit/not-adoptable',
      2,
      '.platform/state/modules/web.status.json',
      () => platform.edit({ '.platform/state/modules/web.status.json': '{}' }),
    ],
    [
      'audit/not-adoptable',
      2,
      'state/old',
      () => platform.edit({ 'state/old': '' }),
    ],
    [
      'audit/not-adoptable',
      2,
      OPEN,
      () =>
        platform.edit({
          [OPEN]: 'nonsense\n',
          'state/audit/0.jsonl': makeLines([]).join(''),
        }),
    ],
    [
      'audit/broken',
      9,
      '.audit/old',
      () =>
        platform.edit({
          '.audit/old': OLD,
          [OPEN]: makeLines(someDrafts(4)).toSpliced(2, 1).join(''),
        }),
    ],
  ])('%s (%i): %s', async (code, status, path, prepare) => {
    await prepare();
    const before = plainGit(platform.remote.repository, [
      'rev-parse',
      STATE_BRANCH,
    ]);
    const { exitCode, json } = await adopt(path, '--json');
    expect(json()).toMatchObject({ verdict: { code } });
    expect(exitCode).toBe(status);
    expect(
      plainGit(platform.remote.repository, ['rev-parse', STATE_BRANCH]),
    ).toBe(before);
  });

  it('another file of the same name on the branch', async () => {
    platform.edit({ 'state/adopted/old.log': 'other' });
    const path = platform.path('old.log');
    writeFileSync(path, OLD);
    expect((await adopt(path, '--json')).json()).toMatchObject({
      verdict: { code: 'audit/not-adoptable' },
    });
  });

  it('a copy that is not UTF-8', async () => {
    const path = platform.path('latin.log');
    writeFileSync(path, Buffer.from([0xff, 0x0a]));
    expect((await adopt(path)).exitCode).toBe(2);
  });
});
