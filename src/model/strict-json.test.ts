import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { parseStrictJson } from './strict-json.ts';

const read = (text: string) => parseStrictJson(Buffer.from(text));

describe('strict JSON', () => {
  it('is what JSON.parse reads', () => {
    fc.assert(
      fc.property(fc.json(), fc.constantFrom(0, 1, '\t'), (text, indent) => {
        const value: unknown = JSON.parse(text);
        fc.pre(!text.includes('__proto__'));
        expect(read(JSON.stringify(value, null, indent))).toEqual({
          ok: true,
          value,
        });
      }),
    );
  });

  test.each([
    ['nothing', ''],
    ['a name twice', '{"a":1,"a":1}'],
    ['a name twice, written differently', '{"a":1,"\\u0061":2}'],
    ['a name twice, far below', '[{"x":[{"a":"\\"b\\":","b" :1,"b":2}]}]'],
    ['a byte order mark', '\ufeff{}'],
    ['a second document', '{}{}'],
    ['a comment', '{} // fine'],
    ['NaN', '{"a":NaN}'],
    ['a name that is a prototype', '{"__proto__":{"exit_code":0}}'],
    [
      'more nesting than anybody writes',
      `${'['.repeat(200)}${']'.repeat(200)}`,
    ],
    ['nesting that would exhaust a stack', '['.repeat(1_000_000)],
  ])('is not %s', (_, text) => {
    expect(read(text).ok).toBe(false);
  });

  it('is not bytes that are no UTF-8', () => {
    const bytes = Buffer.from([0x22, 0xff, 0x22]);
    expect(parseStrictJson(bytes).ok).toBe(false);
  });

  it('sees every name that was doubled', () => {
    const document = fc.dictionary(
      fc.string({ unit: 'binary', minLength: 1 }),
      fc.string({ unit: 'binary' }),
      { minKeys: 1 },
    );
    fc.assert(
      fc.property(document, (value) => {
        const [name] = Object.keys(value);
        const doubled = `{${JSON.stringify(name)}:0,${JSON.stringify(value).slice(1)}`;
        expect(read(doubled).ok).toBe(false);
      }),
    );
  });
});
