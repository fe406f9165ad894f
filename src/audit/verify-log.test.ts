import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  checkpointOf,
  makeLines,
  SOME_GENESIS,
  someDrafts,
  verifyBytes,
} from '../../tests/support/audit-lines.ts';
import { hashLine } from './line-hash.ts';
import { unattestedTail } from './log-report.ts';
import { verifyLog } from './verify-log.ts';

const lines = makeLines(someDrafts(9));
const whole = lines.join('');
const all = checkpointOf(lines);
const half = checkpointOf(lines.slice(0, 5));

/** The lines with other bodies behind the first ones, hashes and all. */
const restamped = (kept: number) => {
  const drafts = someDrafts(9).map((draft, index) =>
    index + 1 < kept ? draft : { ...draft, body: { module: 'other' } },
  );
  return makeLines(drafts);
};

describe('a whole log', () => {
  it('is consistent where a checkpoint vouches for it', async () => {
    const report = await verifyBytes(whole, [all]);
    expect(report).toMatchObject({
      verdict: 'consistent',
      ...{ log: all.log, size: 10, head: all.head, read: 10, attested: 10 },
      bytes: Buffer.byteLength(whole),
    });
  });

  it('tells how much of it nobody vouches for', async () => {
    const report = await verifyBytes(whole, [half]);
    expect(report.verdict).toBe('consistent');
    expect(unattestedTail(report)).toBe(5);
  });

  it.each([1, 2, 7, 100_000])('is read in chunks of %i', async (chunk) => {
    const report = await verifyBytes(whole, [all, half], { chunk });
    expect(report.verdict).toBe('consistent');
  });

  it('is chained by what sha256sum says of each line', () => {
    for (const [index, line] of lines.slice(1).entries()) {
      const before = createHash('sha256').update(lines[index] ?? '');
      expect(JSON.parse(line).prev).toBe(before.digest('hex'));
    }
  });

  it('is not fine without a checkpoint', async () => {
    for (const text of [whole, '']) {
      expect((await verifyBytes(text, [])).verdict).toBe('no-checkpoints');
    }
  });
});

describe('truncated', () => {
  it('truncated at every byte: truncated or torn, never fine', async () => {
    const bytes = Buffer.from(whole);
    for (let size = 0; size < bytes.length; size += 1) {
      const { verdict } = await verifyBytes(bytes.subarray(0, size), [all]);
      const atLine = size === 0 || bytes[size - 1] === 0x0a;
      expect(verdict, `${size}`).toBe(atLine ? 'truncated' : 'torn');
    }
  });

  it('truncated at every byte: not fine without a checkpoint either', async () => {
    const bytes = Buffer.from(whole);
    for (let size = 0; size < bytes.length; size += 13) {
      const { verdict } = await verifyBytes(bytes.subarray(0, size), []);
      expect(['no-checkpoints', 'torn']).toContain(verdict);
    }
  });

  it('at the front, entries are missing', async () => {
    for (let from = 1; from < lines.length; from += 1) {
      const text = lines.slice(from).join('');
      expect((await verifyBytes(text, [all])).verdict).toBe('truncated');
    }
  });

  it('a file in the middle is missing', async () => {
    const files = [lines.slice(0, 3), lines.slice(6)].map((part, index) => ({
      name: `${index}`,
      chunks: [Buffer.from(part.join(''))],
    }));
    expect(await verifyBytes('', [all], { files })).toMatchObject({
      verdict: 'truncated',
      place: { file: '1', line: 1 },
    });
  });
});

describe('changed', () => {
  it('one bit flipped: never consistent', async () => {
    const bytes = Buffer.from(whole);
    for (let bit = 0; bit < bytes.length * 8; bit += 7) {
      const changed = Buffer.from(bytes);
      const at = bit >> 3;
      changed[at] = (changed[at] ?? 0) ^ (1 << (bit & 7));
      const { verdict } = await verifyBytes(changed, [all]);
      expect(['bad-line', 'forked', 'torn', 'unknown-version']).toContain(
        verdict,
      );
    }
  });

  const swapped = [...lines];
  [swapped[3], swapped[4]] = [lines[4] ?? '', lines[3] ?? ''];
  it.each([
    ['swapped', swapped, 'wrong-number', 4],
    ['doubled', lines.toSpliced(4, 0, lines[3] ?? ''), 'wrong-number', 5],
    ['inserted', lines.toSpliced(4, 0, lines[8] ?? ''), 'wrong-number', 5],
    ['left out', lines.toSpliced(4, 1), 'wrong-number', 5],
    ['of another log', lines.with(4, foreign()[4] ?? ''), 'other-log', 5],
    ['changed', lines.with(4, restamped(4)[4] ?? ''), 'wrong-previous', 6],
    ['an empty one', lines.with(4, '\n'), 'not-json', 5],
  ])(
    'lines swapped, doubled, inserted: %s',
    async (_, changed, problem, line) => {
      for (const checkpoints of [[all], []]) {
        const report = await verifyBytes(changed.join(''), checkpoints);
        expect(report).toMatchObject({
          verdict: 'bad-line',
          problem,
          place: { file: 'log', line },
        });
      }
    },
  );

  it('the suffix re-stamped: forked where a checkpoint covers it', async () => {
    const changed = restamped(4).join('');
    expect((await verifyBytes(changed, [half])).verdict).toBe('forked');
    expect((await verifyBytes(changed, [all])).verdict).toBe('forked');
  });

  it('the suffix re-stamped: in the tail behind the checkpoint', async () => {
    const report = await verifyBytes(restamped(6).join(''), [half]);
    expect(report.verdict).toBe('consistent');
    expect(unattestedTail(report)).toBe(5);
  });

  it('the log replaced: forked', async () => {
    expect(await verifyBytes(foreign().join(''), [half])).toMatchObject({
      verdict: 'forked',
      problem: 'other-log',
    });
  });

  it('a genesis that does not name its log is a bad line', async () => {
    const [first = ''] = lines;
    const other = first.replace('ops/platform', 'ops/elsewhere');
    expect(await verifyBytes(other, [])).toMatchObject({
      verdict: 'bad-line',
      problem: 'wrong-genesis',
    });
  });

  it('a later version is named', async () => {
    const later = `${lines[9]?.replace(/"v":1\}\n$/, '"v":2}')}\n`;
    const report = await verifyBytes(lines.with(9, later).join(''), [half]);
    expect(report).toMatchObject({ verdict: 'unknown-version', size: 9 });
  });

  it('whatever is done to the bytes, only the log itself is consistent', async () => {
    const edit = fc.record({
      at: fc.nat(whole.length),
      remove: fc.nat(40),
      insert: fc.string({ maxLength: 20 }),
    });
    await fc.assert(
      fc.asyncProperty(edit, async ({ at, remove, insert }) => {
        const changed = `${whole.slice(0, at)}${insert}${whole.slice(at + remove)}`;
        const { verdict } = await verifyBytes(changed, [all]);
        expect(verdict === 'consistent').toBe(changed === whole);
      }),
    );
  });
});

describe('from a checkpoint on', () => {
  const files = (from: number) => [
    { name: 'open', chunks: [Buffer.from(lines.slice(from).join(''))] },
  ];

  it.each([0, 3, 5])('reads the file that begins at %i', async (from) => {
    const work = { files: files(from), from: 'checkpoint' } as const;
    const report = await verifyBytes('', [half], work);
    expect(report).toMatchObject({
      verdict: 'consistent',
      ...{ size: 10, read: 10 - from, attested: 5 },
    });
  });

  it.each([3, 5])('sees that what came before %i is another', async (from) => {
    const changed = restamped(3).slice(from).join('');
    const work = {
      files: [{ name: 'open', chunks: [Buffer.from(changed)] }],
      from: 'checkpoint',
    } as const;
    expect((await verifyBytes('', [half], work)).verdict).toBe('forked');
  });

  it('sees that entries in between are missing', async () => {
    const work = { files: files(6), from: 'checkpoint' } as const;
    expect((await verifyBytes('', [half], work)).verdict).toBe('truncated');
  });

  it('sees another log', async () => {
    const work = {
      files: [{ name: 'open', chunks: [Buffer.from(foreign()[5] ?? '')] }],
      from: 'checkpoint',
    } as const;
    expect((await verifyBytes('', [half], work)).verdict).toBe('forked');
  });
});

it('hands on every entry with the hash of its line', async () => {
  const seen: [number, string][] = [];
  await verifyBytes(whole, [], {
    visit: ({ seq }, hash) => seen.push([seq, hash]),
  });
  expect(seen).toEqual(lines.map((line, seq) => [seq, hashLine(line)]));
});

it('holds no more than a line of a file without newlines', async () => {
  let made = 0;
  function* endless() {
    for (; made < 1_000; made += 1) yield Buffer.alloc(64 * 1024, 'x');
  }
  const report = await verifyLog({
    files: [{ name: 'log', chunks: endless() }],
    checkpoints: [],
    from: 'genesis',
    visit: () => {},
    progress: () => {},
  });
  expect(report).toMatchObject({ verdict: 'bad-line', problem: 'too-long' });
  expect(made).toBeLessThan(3);
});

function foreign(): string[] {
  return makeLines(someDrafts(9), { ...SOME_GENESIS, id: 'f'.repeat(32) });
}
