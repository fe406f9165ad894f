import { describe, expect, test } from 'vitest';
import type { FoundBackup, FoundFile } from '../../backup/check-backup.ts';
import type { Receipt } from '../../model/receipt.ts';
import { judgeAdoption, judgeBackup } from './judge-backup.ts';

const SUM = 'a'.repeat(64);
const PATH = '/srv/backups/app-20260516T110000Z.rdb';
const JUDGED = { module: 'app', host: 'box', class: 'redis', path: PATH };
const FILE: FoundFile = { kind: 'file', owned: true, mode: '600' };
const RECEIPT: Receipt = {
  schema: 1,
  module: 'app',
  class: 'redis',
  host: 'box',
  taken_at: '2026-05-16T11:00:00Z',
  sha: 'b'.repeat(40),
  tree: SUM,
  run: { id: '1', number: '1', attempt: '1', url: '' },
  excludes: [],
  adopted: false,
  backup: 'app-20260516T110000Z.rdb',
  volumes: [],
  method: 'container',
  consistency: 'transaction',
  size: 7,
  sha256: SUM,
  counts: { keys: 3 },
  tools: {},
  // The host's clock is an hour ahead, and nothing is decided by it.
  host_time: '2026-05-16T12:00:00Z',
  verified_at: null,
};

const find = (
  changes: Partial<FoundBackup> = {},
  receipt: object = {},
): FoundBackup => ({
  file: FILE,
  size: 7,
  sha256: SUM,
  form: 'good',
  detail: '',
  counts: {},
  receipt: FILE,
  receiptText: JSON.stringify({ ...RECEIPT, ...receipt }),
  ...changes,
});

const codesOf = (found: FoundBackup) => {
  const judgement = judgeBackup(found, JUDGED);
  return judgement.ok ? [] : judgement.problems.map(({ code }) => code);
};

const FILES: readonly [string, FoundFile, string][] = [
  ['missing', { ...FILE, kind: 'missing' }, 'stateful/backup-missing'],
  ['a symlink', { ...FILE, kind: 'symlink' }, 'stateful/backup-unreadable'],
  ['a folder', { ...FILE, kind: 'other' }, 'stateful/backup-unreadable'],
  ['unreadable', { ...FILE, kind: 'unreadable' }, 'stateful/backup-unreadable'],
  ["somebody else's", { ...FILE, owned: false }, 'stateful/backup-unreadable'],
  ['open to others', { ...FILE, mode: '644' }, 'stateful/backup-unreadable'],
];

describe('a backup on the host', () => {
  test('is relied on where all of it is as its receipt says', () => {
    expect(judgeBackup(find(), JUDGED)).toEqual({ ok: true, receipt: RECEIPT });
    const unset = { ...JUDGED, class: undefined };
    expect(judgeBackup(find(), unset).ok).toBe(true);
  });

  test.each(FILES)(
    'that is %s is refused, and so is its receipt',
    (_, file, code) => {
      expect(codesOf(find({ file }))).toEqual([code]);
      expect(codesOf(find({ receipt: file }))).toEqual([code]);
      expect(
        judgeAdoption(find({ file }), PATH).map((each) => each.code),
      ).toEqual([code]);
    },
  );

  test.each<[string, object]>([
    ['module', { module: 'app-db' }],
    ['host', { host: 'other' }],
    ['class', { class: 'volume' }],
    ['file', { backup: 'app-20260516T110001Z.rdb' }],
    ['time', { taken_at: '2026-05-16T11:00:01Z' }],
  ])('with the receipt of another %s is refused', (_, receipt) => {
    expect(new Set(codesOf(find({}, receipt)))).toEqual(
      new Set(['stateful/receipt-mismatch']),
    );
  });

  test.each<[string, Partial<FoundBackup>, string]>([
    [
      'no receipt but a file',
      { receiptText: '{}' },
      'stateful/receipt-mismatch',
    ],
    ['another size', { size: 6 }, 'stateful/backup-corrupt'],
    ['another sum', { sha256: 'c'.repeat(64) }, 'stateful/backup-corrupt'],
    [
      'a form that is not whole',
      { form: 'corrupt' },
      'stateful/backup-corrupt',
    ],
    [
      'a form nobody could check',
      { form: 'unreadable' },
      'stateful/backup-unreadable',
    ],
  ])('with %s is refused', (_, changes, code) => {
    expect(codesOf(find(changes))).toEqual([code]);
  });

  test('is adopted only where it is whole and has no receipt', () => {
    const bare = { receipt: { ...FILE, kind: 'missing' } as const };
    const codes = (changes: Partial<FoundBackup>) =>
      judgeAdoption(find(changes), PATH).map(({ code }) => code);
    expect(codes(bare)).toEqual([]);
    expect(codes({})).toEqual(['backup/exists']);
    expect(codes({ ...bare, form: 'corrupt' })).toEqual([
      'stateful/backup-corrupt',
    ]);
  });
});
