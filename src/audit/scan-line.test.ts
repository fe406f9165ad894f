import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { makeLines } from '../../tests/support/audit-lines.ts';
import { parseLine } from './read-line.ts';
import { scanLine } from './scan-line.ts';

const TEXTS = ['', 'a', 'aa', 'b', 'Z', '1', '10', '2', '!', '"', '__proto__'];
const text = fc.oneof(
  fc.constantFrom(...TEXTS, 'a!', '\\', '\u007f', 'é', '\ud83d', '\n'),
  fc.string({ maxLength: 4 }),
);
const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { depthSize: 'small' },
    text,
    fc.constantFrom(true, false, null, 0, -0, 1, -1, 0.5, 1e15, 1e16, 2 ** 53),
    fc.integer(),
    fc.array(tie('any'), { maxLength: 3 }),
    fc.dictionary(text, tie('any'), { maxKeys: 4 }),
  ),
})).any;
const body = fc.dictionary(text, value, { maxKeys: 4 });

/** Pieces that a change by hand may bring. */
const PIECES = [
  ...['"', '\\', '{', '}', '[', ']', ',', ':', ' ', '-', '0', '00', '1.0'],
  ...['1e3', 'null', 'nul', '\t', '\r', '\u0000', '\ufeff', 'é', '"a":1,'],
  ...['"__proto__":1,', '\\u0061', 'truefalse', '"v":1,', '}}', '{}', '[]'],
];

const [, line = ''] = makeLines([{ kind: 'note', body: { b: 1 } }]);
const withBody = (json: string) =>
  line.trimEnd().replace(/\{"b":1\}/, () => json);

/** What is scanned at all is what the long way makes of the same bytes. */
function check(bytes: Buffer): boolean {
  const entry = scanLine(bytes);
  if (entry === undefined) return false;
  expect(parseLine(bytes)).toEqual({ ok: true, entry: { ...entry } });
  return true;
}

it('takes no line that would not be taken the long way, nor reads another entry in it', () => {
  fc.assert(
    fc.property(
      body,
      fc.boolean(),
      fc.constantFrom('', ...PIECES),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.nat({ max: 3 }),
      (object, sorted, piece, where, removed) => {
        const ordered = sorted ? tryCanonical(object) : undefined;
        const json = ordered ?? JSON.stringify(object);
        const bytes = Buffer.from(withBody(json));
        check(bytes);
        const at = Math.floor(where * bytes.length);
        const changed = [
          bytes.subarray(0, at),
          Buffer.from(piece),
          bytes.subarray(at + removed),
        ];
        check(Buffer.concat(changed));
      },
    ),
    { numRuns: 1_000 },
  );
});

it('takes no line with a changed byte that would not be taken the long way', () => {
  const plain = withBody('{"a":{"b":[1,-20,"x",true,null]},"c":"","d":{}}');
  expect(check(Buffer.from(plain))).toBe(true);
  for (let at = 0; at < plain.length; at += 1) {
    for (const byte of Buffer.from(
      ' "\\{}[],:-019azAZ_\0\n\x7f\xff',
      'latin1',
    )) {
      const bytes = Buffer.from(plain);
      bytes[at] = byte;
      check(bytes);
    }
  }
});

it('takes the lines that we write, where they are plain', () => {
  const lines = makeLines([
    { kind: 'intent', body: { module: 'web', pr: 7, verdicts: ['a', 'b'] } },
    { kind: 'result', body: { by: { actor: 'ada', sha: 'f'.repeat(40) } } },
  ]);
  for (const each of lines)
    expect(check(Buffer.from(each.trimEnd()))).toBe(true);
});

function tryCanonical(object: unknown): string | undefined {
  try {
    return canonicalize(object);
  } catch {
    return undefined;
  }
}
