import { readFileSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeLines, someDrafts } from '../../../tests/support/audit-lines.ts';
import {
  type AuditPlatform,
  makeAuditPlatform,
} from '../../../tests/support/audit-platform.ts';
import {
  makeSigningKeys,
  note,
  openLog,
} from '../../../tests/support/audit-remote.ts';
import { plainGit, STATE_BRANCH } from '../../../tests/support/state-remote.ts';

const OPEN = 'state/AUDIT_LOG.jsonl';

let platform: AuditPlatform;
beforeEach(async () => {
  platform = makeAuditPlatform();
  await write('1', 9);
});
afterEach(() => platform.remote.remove());

const write = (run: string, count: number) =>
  openLog(platform.remote, run).record({
    message: 'some',
    drafts: Array.from({ length: count }, (_, n) => note(`${run}-${n}`)),
    beside: async () => new Map(),
  });
const verify = (...args: readonly string[]) =>
  platform.run('audit', 'verify', ...args);
/** Exit status and verdict. */
const answer = async (...args: readonly string[]) => {
  const { exitCode, json } = await verify(...args, '--json');
  const { report } = json() as { report: { verdict: string } };
  return `${exitCode} ${report.verdict}`;
};
/** Keeps a checkpoint of the log as it is. */
const keep = async (name = 'checkpoint') => {
  await verify('--output', platform.path(name));
  return platform.path(name);
};
const text = () => `${platform.remote.show(OPEN)}\n`;

describe('online', () => {
  it('is not fine without a checkpoint, and is with one', async () => {
    expect(await answer()).toBe('9 no-checkpoints');
    const kept = await keep();
    expect(await answer('--checkpoint', kept)).toBe('0 consistent');
  });

  it('tells the size of the unattested tail', async () => {
    const kept = await keep();
    await write('2', 4);
    const { stdout, exitCode } = await verify('--checkpoint', kept);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('the first 10, nothing yet for the last 4');
    const { json } = await verify('--checkpoint', kept, '--json');
    expect(json()).toMatchObject({
      verdict: { decision: 'pass', code: 'audit/consistent' },
      report: { size: 14, attested: 10, unattested: 4 },
    });
  });

  it('reads only what came behind a checkpoint', async () => {
    await write('2', 300);
    const kept = await keep();
    await write('3', 5);
    const { exitCode, json } = await verify('--since', kept, '--json');
    expect(exitCode).toBe(0);
    expect(json()).toMatchObject({
      report: { size: 315, read: 315 - 192, unattested: 5 },
    });
  });
});

describe('a change by hand is named', () => {
  it('one bit flipped', async () => {
    const kept = await keep();
    platform.edit({ [OPEN]: text().replace('1-3', '1-2') });
    expect(await answer('--checkpoint', kept)).toBe('9 bad-line');
    expect((await verify('--checkpoint', kept)).stdout).toContain(
      `${OPEN}, line 6: wrong-previous`,
    );
  });

  it('truncated', async () => {
    const kept = await keep();
    const lines = text().split('\n');
    platform.edit({ [OPEN]: `${lines.slice(0, 4).join('\n')}\n` });
    expect(await answer('--checkpoint', kept)).toBe('9 truncated');
    expect(await answer('--since', kept)).toBe('9 truncated');
  });

  it('torn', async () => {
    const kept = await keep();
    platform.edit({ [OPEN]: text().slice(0, -20) });
    expect(await answer('--checkpoint', kept)).toBe('9 torn');
  });

  it('the log replaced', async () => {
    const kept = await keep();
    platform.edit({ [OPEN]: makeLines(someDrafts(9)).join('') });
    expect(await answer('--checkpoint', kept)).toBe('9 forked');
  });

  it('a later version', async () => {
    platform.edit({ [OPEN]: `${text()}{"v":2}\n` });
    expect(await answer()).toBe('9 unknown-version');
  });

  it('a segment taken away', async () => {
    await write('2', 300);
    const kept = await keep();
    platform.edit({ 'state/audit/64.jsonl': null });
    expect(await answer('--checkpoint', kept)).toBe('9 truncated');
  });

  it('branch force-pushed back, deleted and recreated, a witness that is ahead: alarm', async () => {
    const { repository } = platform.remote;
    const before = platform.remote.log()[0] ?? '';
    await write('2', 2);
    const kept = await keep();
    const ref = `refs/heads/${STATE_BRANCH}`;
    plainGit(repository, ['update-ref', ref, before]);
    expect(await answer('--checkpoint', kept)).toBe('9 truncated');
    plainGit(repository, ['update-ref', '-d', ref]);
    expect(await answer('--checkpoint', kept)).toBe('9 truncated');
    await write('3', 20);
    expect(await answer('--checkpoint', kept)).toBe('9 forked');
  });
});

describe('offline', () => {
  it.each<[string, () => string]>([
    ['a folder', () => platform.checkOutState()],
    ['its log alone', () => `${platform.checkOutState()}/${OPEN}`],
    ['a commit', () => platform.checkOutState() && `${STATE_BRANCH}-seen`],
  ])('%s', async (_, find) => {
    const kept = await keep();
    const place = find();
    expect(await answer(place, '--checkpoint', kept)).toBe('0 consistent');
    expect(await answer(place, '--since', kept)).toBe('0 consistent');
    expect(await answer(place)).toBe('9 no-checkpoints');
  });

  it('a file of many entries, with progress at a terminal only', async () => {
    const path = platform.path('long.jsonl');
    writeFileSync(path, makeLines(someDrafts(25_000)).join(''));
    const silent = await platform.run('audit', 'verify', path);
    const shown = await platform.runAtTerminal('audit', 'verify', path);
    expect(shown.exitCode).toBe(9);
    expect(silent.stdout).not.toMatch(/\d+ MB/);
    expect(shown.stdout).toMatch(/\d+ entries, \d+ MB\r/);
    const document = await platform.runAtTerminal(
      'audit',
      'verify',
      path,
      '--json',
    );
    expect(document.json()).toMatchObject({ report: { size: 25_001 } });
  });

  it('a file that begins in the middle lacks what was before', async () => {
    const path = platform.path('half.jsonl');
    writeFileSync(path, makeLines(someDrafts(9)).slice(4).join(''));
    expect(await answer(path)).toBe('9 truncated');
  });
});

describe('signed checkpoints', () => {
  const files = () => {
    const { privatePem, publicPem } = makeSigningKeys();
    writeFileSync(platform.path('private.pem'), privatePem);
    writeFileSync(platform.path('public.pem'), publicPem);
  };
  const key = () => ['--key', platform.path('public.pem')];

  it('are written and asked for', async () => {
    files();
    const signed = platform.path('signed');
    const signing = ['--sign-key-file', platform.path('private.pem')];
    await verify('--output', signed, ...signing);
    expect(readFileSync(signed, 'utf8')).toMatch(
      /\n\n\u2014 apply-gates\/audit\//,
    );
    expect(await answer('--checkpoint', signed, ...key())).toBe('0 consistent');
  });

  it('unknown or rotated key, unsigned, changed: bad-signature', async () => {
    files();
    const signed = platform.path('signed');
    const signing = ['--sign-key-file', platform.path('private.pem')];
    await verify('--output', signed, ...signing);
    const unsigned = await keep('unsigned');
    expect(await answer('--checkpoint', unsigned, ...key())).toBe(
      '9 bad-signature',
    );
    writeFileSync(
      signed,
      readFileSync(signed, 'utf8').replace('\n10\n', '\n9\n'),
    );
    expect(await answer('--since', signed, ...key())).toBe('9 bad-signature');
    await verify('--output', signed, ...signing);
    files();
    expect(await answer('--checkpoint', signed, ...key())).toBe(
      '9 bad-signature',
    );
  });

  it('wrong log: the checkpoint of another one', async () => {
    const other = platform.path('other.jsonl');
    const kept = platform.path('other-checkpoint');
    writeFileSync(other, makeLines(someDrafts(3)).join(''));
    await verify(other, '--output', kept);
    expect(await answer('--checkpoint', kept)).toBe('9 forked');
  });

  it('an old checkpoint vouches for its part only', async () => {
    const old = await keep('old');
    await write('2', 3);
    await keep('new');
    const both = ['--checkpoint', old, '--checkpoint', platform.path('new')];
    const { json } = await verify(...both, '--json');
    expect(json()).toMatchObject({ report: { attested: 13, unattested: 0 } });
    platform.edit({
      [OPEN]: `${text().split('\n').slice(0, 11).join('\n')}\n`,
    });
    expect(await answer('--checkpoint', old)).toBe('0 consistent');
    expect(await answer(...both)).toBe('9 truncated');
  });
});

describe('bad input', () => {
  it.each([
    ['audit/malformed-checkpoint', ['--checkpoint', '.platform/gates.yaml']],
    ['audit/malformed-key', ['--key', '.platform/gates.yaml']],
    ['input/malformed', ['--checkpoint', 'missing']],
    ['input/malformed', ['no-such-place']],
    ['input/malformed', ['.platform']],
  ])('%s: %j', async (code, args) => {
    const given = args.map((arg) =>
      arg.startsWith('.') ? `${platform.checkout}/${arg}` : arg,
    );
    const { exitCode, json } = await verify(...given, '--json');
    expect(json()).toMatchObject({ verdict: { code } });
    expect(exitCode).toBe(2);
  });

  it('keeps no checkpoint of a log that is not in order', async () => {
    platform.edit({ [OPEN]: text().slice(0, -20) });
    const kept = await keep();
    expect(() => readFileSync(kept)).toThrow();
  });
});
