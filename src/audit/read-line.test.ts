import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeLines, someDrafts } from '../../tests/support/audit-lines.ts';
import { MAX_LINE_BYTES, readLine } from './read-line.ts';
import { renderLine } from './render-line.ts';

const [, line = ''] = makeLines(someDrafts(1));
const text = line.trimEnd();
const read = (changed: string | Buffer) => readLine(Buffer.from(changed));
const problemOf = (changed: string | Buffer) => {
  const result = read(changed);
  return result.ok ? undefined : result.problem;
};
/** The line with another body; its text is not made canonical. */
const withBody = (body: string) =>
  text.replace(/^\{"body":\{.*\},"fence"/s, () => `{"body":${body},"fence"`);

it('reads what was written', () => {
  const result = read(text);
  expect(result.ok && renderLine(result.entry)).toBe(line);
});

describe('a line that two programs could read in two ways is none', () => {
  it.each<[string, string, string | Buffer]>([
    ['duplicate-name', 'a doubled name', withBody('{"a":1,"a":1}')],
    [
      'duplicate-name',
      'a doubled name that is written differently',
      withBody('{"a":1,"\\u0061":2}'),
    ],
    ['duplicate-name', 'a doubled field', text.replace('{', '{"v":1,')],
    ['float', 'a float', withBody('{"a":1.5}')],
    ['not-canonical', 'a whole number as a float', withBody('{"a":1.0}')],
    ['not-canonical', 'a number with an exponent', withBody('{"a":1e3}')],
    ['not-canonical', 'minus zero', withBody('{"a":-0}')],
    ['float', 'a number beyond 2^53', withBody('{"a":9007199254740993}')],
    ['float', 'infinity', withBody('{"a":1e999}')],
    ['lone-surrogate', 'half a character', withBody('{"a":"\\ud83d"}')],
    ['lone-surrogate', 'half a character in a name', withBody('{"\\ude00":1}')],
    [
      'not-canonical',
      'an escape that is not needed',
      withBody('{"a":"\\u0062"}'),
    ],
    [
      'not-canonical',
      'a character in two escapes',
      withBody('{"a":"\\ud83d\\ude00"}'),
    ],
    ['not-canonical', 'names in another order', withBody('{"b":1,"a":1}')],
    ['not-canonical', 'a blank', withBody('{"a": 1}')],
    ['carriage-return', 'CRLF', `${text}\r`],
    ['byte-order-mark', 'a byte order mark', `\ufeff${text}`],
    ['not-utf8', 'latin-1', Buffer.from(text, 'latin1')],
    [
      'not-utf8',
      'an overlong form',
      Buffer.from([...Buffer.from(text.slice(0, -1)), 0xc0, 0xfd]),
    ],
    ['not-json', 'nothing', ''],
    ['not-json', 'two documents', `${text}${text}`],
    ['not-json', 'NUL', `${text}\0`],
    ['reserved-name', '__proto__', withBody('{"__proto__":{}}')],
    [
      'too-deep',
      'deep nesting',
      withBody(`{"a":${'['.repeat(99)}${']'.repeat(99)}}`),
    ],
    [
      'too-deep',
      'nesting that exhausts a stack',
      `${'['.repeat(16_000)}${']'.repeat(16_000)}`,
    ],
    ['too-long', 'more than a line may hold', 'x'.repeat(MAX_LINE_BYTES + 1)],
    ['unknown-version', 'a later version', text.replace(/1\}$/, '2}')],
    ['unknown-version', 'a later version with other fields', '{"v":3}'],
    ['malformed', 'another value', '[]'],
    ['malformed', 'no version', '{"seq":1}'],
    ['malformed', 'a field more', text.replace('"v":1}', '"v":1,"w":1}')],
    ['malformed', 'a number below zero', text.replace('"seq":1', '"seq":-1')],
    [
      'malformed',
      'a fence that is a text',
      text.replace('"fence":null', '"fence":"1"'),
    ],
    [
      'malformed',
      'a hash in capitals',
      text.replace(/(?<="prev":"[^"]*)[a-f]/, 'F'),
    ],
    ['malformed', 'a body that is a list', withBody('[]')],
  ])('%s: %s', (problem, _name, changed) => {
    expect(problemOf(changed)).toBe(problem);
  });
});

it('takes names of digits in the order of the text', () => {
  expect(problemOf(withBody('{"10":1,"9":1}'))).toBeUndefined();
  expect(problemOf(withBody('{"9":1,"10":1}'))).toBe('not-canonical');
});

it('takes a kind that came later', () => {
  expect(read(text.replace('"intent"', '"key-rotation"')).ok).toBe(true);
});

it('takes a body exactly where it is its own canonical form', () => {
  const name = fc.oneof(
    fc.constantFrom('a', 'b', '1', '10', '\u20ac', '\ud83d\ude00', '\ufb33'),
    fc.string({ unit: 'binary', maxLength: 3 }),
  );
  const value = fc.letrec((tie) => ({
    node: fc.oneof(
      { depthSize: 'small' },
      fc.integer(),
      fc.string({ unit: 'binary', maxLength: 4 }),
      fc.boolean(),
      fc.array(tie('node'), { maxLength: 3 }),
      fc.dictionary(name, tie('node'), { maxKeys: 4 }),
    ),
  })).node;
  fc.assert(
    fc.property(fc.dictionary(name, value, { maxKeys: 4 }), (body) => {
      const written = JSON.stringify(body);
      const parsed: unknown = JSON.parse(written);
      expect(read(withBody(written)).ok).toBe(canonicalize(parsed) === written);
    }),
    { numRuns: 500 },
  );
});
