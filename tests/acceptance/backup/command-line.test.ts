import {
  chmodSync,
  copyFileSync,
  existsSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { type CommandRun, runCommand } from '../../support/command-line.ts';
import { listFolder } from '../../support/host-listing.ts';
import { type Lane, openLane } from '../../support/lane.ts';

let lane: Lane;
/** The backup that the tests spoil and restore. */
let path: string;

const cli = (...args: readonly string[]): Promise<CommandRun> =>
  runCommand(lane.platform, 'backup', ...args, '--json');
const codesOf = (run: CommandRun) => {
  const { verdict } = run.json() as {
    verdict: { code: string; findings: { code: string }[] };
  };
  return verdict.findings.length === 0
    ? [verdict.code]
    : verdict.findings.map(({ code }) => code);
};
const backups = () => listFolder(join(lane.platform.host, 'backups'));
const audit = async () => {
  const show = ['audit', 'show', '--kind', 'backup', '--json'] as const;
  const run = await runCommand(lane.platform, ...show);
  return run.json() as { entries: { body: Record<string, unknown> }[] };
};

beforeAll(async () => {
  lane = await openLane();
  await lane.platform.startByHand('guestbook');
});
afterAll(() => lane?.close());

describe('apply-gates backup', () => {
  it('dry run: says what would be read and written, and arms nothing', async () => {
    const before = [lane.listHost(), backups()];
    const run = await cli('guestbook', '--dry-run');
    expect(run.json()).toMatchObject({
      verdict: { code: 'backup/ready' },
      outputs: { 'backup-ref': '', 'stateful-confirm': '' },
    });
    const candidates = await cli('list', '--candidates');
    expect(candidates.json()).toMatchObject({
      candidates: [{ module: 'guestbook', class: 'files' }],
    });
    expect([lane.listHost(), backups()]).toEqual(before);
  });

  it('takes one, hands out what the dispatch asks for, and has it in the audit log', async () => {
    const run = await cli('guestbook');
    const { outputs } = run.json() as { outputs: Record<string, string> };
    path = outputs['backup-ref'] ?? '';
    const tip = lane.platform.git('rev-parse', 'HEAD').slice(0, 7);
    expect(outputs['stateful-confirm']).toBe(`apply guestbook ${tip}`);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const receipt = JSON.parse(readFileSync(`${path}.receipt.json`, 'utf8'));
    expect((await audit()).entries).toMatchObject([
      {
        body: {
          action: 'taken',
          module: 'guestbook',
          receipt: `${path}.receipt.json`,
          sha256: receipt.sha256,
        },
      },
    ]);
    expect(codesOf(await cli('verify', path))).toEqual(['backup/verified']);
    expect((await cli('list', 'guestbook')).json()).toMatchObject({
      backups: [{ path, receipt: { size: statSync(path).size } }],
    });
  });

  test.each<[string, (path: string) => void, string, number]>([
    [
      'a truncated archive',
      (file) => truncateSync(file, 100),
      'stateful/backup-corrupt',
      4,
    ],
    [
      'no receipt',
      (file) => rmSync(`${file}.receipt.json`),
      'stateful/backup-missing',
      4,
    ],
    [
      'a symlink for the file',
      (file) => {
        rmSync(file);
        symlinkSync(`${file}.kept`, file);
      },
      'stateful/backup-unreadable',
      3,
    ],
    [
      "a receipt swapped with another module's",
      (file) => editReceipt(file, { module: 'ledger' }),
      'stateful/receipt-mismatch',
      4,
    ],
  ])('verify refuses %s', async (_, spoil, code, exit) => {
    const parts = [path, `${path}.receipt.json`];
    for (const part of parts) copyFileSync(part, `${part}.kept`);
    spoil(path);
    const run = await cli('verify', path);
    expect([[...new Set(codesOf(run))], run.exitCode]).toEqual([[code], exit]);
    for (const part of parts) {
      rmSync(part, { force: true });
      copyFileSync(`${part}.kept`, part);
      chmodSync(part, 0o600);
      rmSync(`${part}.kept`);
    }
  });

  it('adopts what something else took, once, and only what is whole', async () => {
    const other = path.replace(/-\d{8}T\d{6}Z/, '-20260101T000000Z');
    copyFileSync(path, other);
    expect(codesOf(await cli('adopt', other, '--dry-run'))).toEqual([
      'backup/ready',
    ]);
    expect(existsSync(`${other}.receipt.json`)).toBe(false);
    chmodSync(other, 0o644);
    expect(codesOf(await cli('adopt', other))).toEqual([
      'stateful/backup-unreadable',
    ]);
    chmodSync(other, 0o600);
    expect(codesOf(await cli('adopt', other))).toEqual(['backup/adopted']);
    expect(codesOf(await cli('verify', other))).toEqual(['backup/verified']);
    expect(codesOf(await cli('adopt', other))).toEqual(['backup/exists']);
    const broken = other.replace('20260101', '20260102');
    writeFileSync(broken, readFileSync(path).subarray(0, 100), { mode: 0o600 });
    expect(codesOf(await cli('adopt', broken))).toEqual([
      'stateful/backup-corrupt',
    ]);
    expect((await audit()).entries).toMatchObject([
      { body: { action: 'taken' } },
      { body: { action: 'adopted', receipt: `${other}.receipt.json` } },
    ]);
  });

  test.each([
    [
      'a module that says nothing of backups',
      ['site'],
      'backup/not-configured',
      2,
    ],
    ['a module that is none', ['nobody'], 'scope/unknown-module', 2],
    [
      'a path that is none of a backup',
      ['verify', '/etc/passwd'],
      'input/malformed',
      2,
    ],
    [
      'a path elsewhere',
      ['verify', '/tmp/guestbook-20260101T000000Z.tar'],
      'input/malformed',
      2,
    ],
  ])('refuses %s', async (_, args, code, exit) => {
    const before = backups();
    const run = await cli(...args);
    expect([codesOf(run), run.exitCode]).toEqual([[code], exit]);
    expect(backups()).toEqual(before);
  });

  it('writes nothing on a host that is only observed', async () => {
    const file = '.platform/gates.yaml';
    const text = lane.platform.git('show', `HEAD:${file}`);
    lane.commit({ [file]: text.replace('mode: apply', 'mode: observe') });
    const before = backups();
    expect(codesOf(await cli('guestbook'))).toEqual(['backup/observed']);
    expect(backups()).toEqual(before);
  });
});

function editReceipt(file: string, changes: object): void {
  const place = join(`${file}.receipt.json`);
  const receipt = JSON.parse(readFileSync(place, 'utf8'));
  writeFileSync(place, JSON.stringify({ ...receipt, ...changes }));
}
