import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseSource } from './parse-source.ts';
import type { SourceNode } from './source-node.ts';

const parse = (text: string) => parseSource(Buffer.from(text));

/** Plain values of a file that can be read. */
function read(text: string): unknown[] {
  const result = parse(text);
  if (!result.ok) throw new Error(`${result.line}: ${result.message}`);
  return result.documents.map(plain);
}

function plain(node: SourceNode): unknown {
  if (node.kind === 'scalar') return node.text;
  return node.kind === 'list'
    ? node.items.map(plain)
    : Object.fromEntries(
        [...node.entries].map(([key, each]) => [key, plain(each)]),
      );
}

describe('a compose file', () => {
  it('is read as text, whatever a value would be', () => {
    expect(read('a: 010\nb: yes\nc:\nd: "x"\ne: 1.50\nf: true')).toEqual([
      { a: '010', b: 'yes', c: '', d: 'x', e: '1.50', f: 'true' },
    ]);
  });

  it('may use anchors and merge keys, own keys first', () => {
    const text = [
      'x-a: &a {image: one, user: u}',
      'x-b: &b {image: two, tty: t}',
      'services:',
      '  web: {<<: [*a, *b], user: mine}',
      '  api: *a',
    ];
    expect(read(text.join('\n'))[0]).toMatchObject({
      services: {
        web: { image: 'one', user: 'mine', tty: 't' },
        api: { image: 'one', user: 'u' },
      },
    });
  });

  it('an alias stands for the anchor before it', () => {
    expect(read('a: &x 1\nb: *x\nc: &x 2\nd: *x')).toEqual([
      { a: '1', b: '1', c: '2', d: '2' },
    ]);
  });

  it('may use the tags of compose: what is reset is not there', () => {
    const text =
      'a: !reset null\nb: !override [x]\nc: !reset []\nd: !!str 1\ne: {f: !reset }';
    expect(read(text)).toEqual([{ b: ['x'], d: '1', e: {} }]);
  });

  it('a merge brings back what is reset beside it', () => {
    const text = 'x: &x {build: .}\nweb: {build: !reset null, <<: *x}';
    expect(read(text)[0]).toMatchObject({ web: { build: '.' } });
  });

  it('may have several documents, which compose merges', () => {
    expect(read('a: 1\n---\nb: 2\n---\n')).toEqual([{ a: '1' }, { b: '2' }]);
  });

  it('keeps keys that reach into prototypes as keys', () => {
    const result = parse('__proto__: {polluted: 1}\nconstructor: 2');
    expect(
      result.ok && [...(result.documents[0]?.entries.keys() ?? [])],
    ).toEqual(['__proto__', 'constructor']);
  });

  it('knows the line of each key', () => {
    const result = parse('a: 1\n\nb:\n  c: 2\n');
    const b = result.ok ? result.documents[0]?.entries.get('b') : undefined;
    expect(b?.line).toBe(3);
    expect(b?.kind === 'map' && b.entries.get('c')?.line).toBe(4);
  });

  it('may have CRLF, a byte order mark and text that is indented deep', () => {
    expect(read('\ufeffa: 1\r\nb: 2\r\n')).toEqual([{ a: '1', b: '2' }]);
    const deep = `a: |\n  y\n  ${' '.repeat(300)}x\n`;
    expect(parse(deep).ok).toBe(true);
  });
});

describe('what cannot be read is told with its line', () => {
  it.each<[string, string, number]>([
    ['nothing', '', 1],
    ['only a comment', '# nothing', 1],
    ['a list', '- a', 1],
    ['a text', 'hello', 1],
    ['an open bracket', 'a: [', 1],
    ['a key twice', 'a: 1\na: 2', 2],
    ['a key that is a list', '[a]: 1', 1],
    ['a key that is an alias', 'a: &a x\n*a : 1', 2],
    ['an alias to nothing', 'a: 1\nb: *x', 2],
    ['an alias to what comes later', 'a: *x\nb: &x 1', 1],
    ['an alias inside of itself', 'a: &x\n  b: *x', 2],
    ['an unknown tag', 'a: 1\nb: !evil x', 2],
    ['a binary', 'a: !!binary aW5jbHVkZQ==', 1],
    ['a binary key', '!!binary aW5jbHVkZQ==: x', 1],
    ['a merge of a text', 'a: {<<: x}', 1],
    ['a line separator', 'a: 1 # \u2028build: .', 1],
    ['a paragraph separator', 'a: 1\nb: 1 # \u2029build: .', 2],
    ['a next line', 'a: 1 # \u0085build: .', 1],
    ['a lone carriage return', 'a: 1 # \rbuild: .', 1],
    ['a byte order mark inside', 'a: 1\n\ufeffbuild: .', 2],
    ['a NUL', 'a: \0', 1],
    ['depth in brackets', 'a: '.concat('['.repeat(5000)), 1],
    ['depth in lines', 'a:\n'.repeat(3).concat(`${' '.repeat(2000)}b: 1`), 1],
    ['size', `a: ${'x'.repeat(600_000)}`, 1],
  ])('%s', (_, text, line) => {
    expect(parse(text)).toMatchObject({ ok: false, line });
  });

  it('bytes that are no UTF-8', () => {
    const bytes = Buffer.from([0x61, 0x3a, 0x20, 0xff]);
    expect(parseSource(bytes).ok).toBe(false);
    // UTF-16 is read by compose, as something else.
    expect(parseSource(Buffer.from('\ufeffa: 1', 'utf16le')).ok).toBe(false);
  });

  it('aliases that stand for too much', () => {
    const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
    for (let at = 1; at < 12; at += 1) {
      const ten = Array(10)
        .fill(`*a${at - 1}`)
        .join(', ');
      lines.push(`a${at}: &a${at} [${ten}]`);
    }
    expect(parse(lines.join('\n')).ok).toBe(false);
  });

  it('garbage of any kind', () => {
    const piece = fc.constantFrom(
      ...['a', ':', ' ', '\n', '- ', '&x', '*x', '<<', '[', ']', '{', '}', ','],
      ...[
        '!reset',
        '!!str',
        '"',
        "'",
        '|',
        '>',
        '#',
        '?',
        '%',
        '---',
        '\t',
        '$',
      ],
    );
    const text = fc.array(piece, { maxLength: 40 }).map((all) => all.join(''));
    fc.assert(
      fc.property(text, (garbage) => {
        const result = parse(garbage);
        expect(result.ok ? 1 : result.line).toBeGreaterThan(0);
      }),
      { numRuns: 500 },
    );
  });
});
