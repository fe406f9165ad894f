import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  BLOCK_ENTRIES,
  cutLog,
  joinSegments,
  MAX_JOINED_BYTES,
  MAX_OPEN_ENTRIES,
  SEGMENT_ENTRIES,
} from './cut-log.ts';
import { findSegments, OPEN_PATH, segmentsFrom } from './log-files.ts';

/** Files of a log to which lines are appended, a number of them at a time. */
function appendAll(batches: readonly number[]): Map<string, string> {
  const files = new Map([[OPEN_PATH, '']]);
  let written = 0;
  let first = 0;
  for (const batch of batches) {
    const open = (files.get(OPEN_PATH) ?? '').split('\n').slice(0, -1);
    const more = Array.from({ length: batch }, (_, n) => `${written + n}`);
    written += batch;
    const lines = [...open, ...more].map((line) => `${line}\n`);
    const cut = cutLog({ first, lines });
    for (const [path, text] of cut.files) files.set(path, text);
    for (const { from, to } of cut.blocks) join(files, from, to);
    first = Number.parseInt(files.get(OPEN_PATH) ?? '', 10);
  }
  return files;
}

function join(files: Map<string, string>, from: number, to: number): void {
  const inside = findSegments([...files.keys()]).filter(
    ({ first }) => first >= from && first < to,
  );
  const texts = inside.map(({ path, first }) => ({
    first,
    text: files.get(path) ?? '',
  }));
  for (const { path } of inside) files.delete(path);
  for (const { first, text } of joinSegments(texts, to) ?? []) {
    files.set(`state/audit/${first}.jsonl`, text);
  }
}

const inOrder = (files: ReadonlyMap<string, string>) => [
  ...findSegments([...files.keys()]).map(({ path }) => files.get(path) ?? ''),
  files.get(OPEN_PATH) ?? '',
];

it('keeps every line once and in order, however they come', () => {
  const batches = fc.array(fc.integer({ min: 1, max: 400 }), {
    minLength: 1,
    maxLength: 60,
  });
  fc.assert(
    fc.property(batches, (counts) => {
      const total = counts.reduce((sum, count) => sum + count, 0);
      const all = Array.from({ length: total }, (_, n) => `${n}\n`).join('');
      expect(inOrder(appendAll(counts)).join('')).toBe(all);
    }),
    { numRuns: 50 },
  );
});

it('cuts alike whether lines come one by one or at once', () => {
  const one = appendAll(Array.from({ length: 500 }, () => 1));
  expect(appendAll([500])).toEqual(one);
});

it('keeps a segment at least and two at most in the open file', () => {
  for (let total = 1; total < 500; total += 7) {
    const open = inOrder(appendAll([total])).at(-1) ?? '';
    const count = open.split('\n').length - 1;
    expect(count).toBeLessThanOrEqual(MAX_OPEN_ENTRIES);
    expect(count).toBeGreaterThanOrEqual(Math.min(total, SEGMENT_ENTRIES));
  }
});

it('leaves few files of a long log', () => {
  const files = appendAll(Array.from({ length: 300 }, () => 100));
  expect(files.size).toBeLessThan(30_000 / BLOCK_ENTRIES + 128);
});

describe('joining', () => {
  const segment = (first: number, count: number, width = 1) => ({
    first,
    text: `${'x'.repeat(width)}\n`.repeat(count),
  });

  it('stops where a file would be too large', () => {
    const wide = MAX_JOINED_BYTES / 4;
    const segments = [0, 2, 4].map((first) => segment(first, 2, wide));
    expect(joinSegments(segments, 6)?.map(({ first }) => first)).toEqual([
      ...[0, 2, 4],
    ]);
    const narrow = [0, 2, 4].map((first) => segment(first, 2, wide * 0.75));
    expect(joinSegments(narrow, 6)?.map(({ first }) => first)).toEqual([0, 4]);
  });

  it.each([
    ['a line is missing', [segment(0, 3), segment(4, 2)]],
    ['a line is too many', [segment(0, 5), segment(4, 2)]],
    ['the last line is torn', [segment(0, 4), { first: 4, text: 'x\nx' }]],
  ])('is left alone where %s', (_, segments) => {
    expect(joinSegments(segments, 6)).toBeUndefined();
  });
});

it('finds the files that hold the entries from a number on', () => {
  const segments = findSegments([
    'state/audit/128.jsonl',
    'state/audit/0.jsonl',
    'state/audit/64.jsonl',
    'state/audit/01.jsonl',
    'state/audit/x.jsonl',
    'state/audit/64.jsonl.bak',
    OPEN_PATH,
  ]);
  const firsts = (seq: number) =>
    segmentsFrom(segments, seq).map(({ first }) => first);
  expect(firsts(0)).toEqual([0, 64, 128]);
  expect(firsts(63)).toEqual([0, 64, 128]);
  expect(firsts(64)).toEqual([64, 128]);
  expect(firsts(1_000)).toEqual([128]);
});
