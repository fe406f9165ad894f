import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { formatProblem } from './document-problem.ts';
import { parseYaml } from './yaml.ts';

const anything = z.unknown();
const strict = z.strictObject({
  name: z.string(),
  list: z.array(z.strictObject({ count: z.int() })).default([]),
});

function problems(text: string, schema: z.ZodType = anything) {
  const result = parseYaml('a.yaml', text, schema);
  return result.ok ? [] : result.problems;
}

describe('YAML', () => {
  it('reads a plain document', () => {
    expect(
      parseYaml('a.yaml', 'name: x\nlist: [{count: 1}]\n', strict),
    ).toEqual({ ok: true, value: { name: 'x', list: [{ count: 1 }] } });
  });

  it.each([
    ['an unknown key', 'name: x\n\nother: 1\n', 3, 'other'],
    [
      'a wrong type',
      'name: x\nlist:\n  - count: 1\n  - count: no\n',
      4,
      'list.1.count',
    ],
    [
      'an unknown key far inside',
      'name: x\nlist:\n  - count: 1\n    odd: 2\n',
      4,
      'list.0.odd',
    ],
    ['a missing key', 'list: []\n', 1, 'name'],
    ['not a map', '- a\n', 1, ''],
  ])('%s is told with file, line and key', (_name, text, line, key) => {
    expect(problems(text, strict)).toEqual([
      expect.objectContaining({ file: 'a.yaml', line, key }),
    ]);
  });

  it('tells every problem at once', () => {
    expect(problems('other: 1\nlist: 2\n', strict)).toHaveLength(3);
  });

  // THREATS 43: each of these is a bounded error with a place.
  it.each([
    ['a second document', 'a: 1\n---\nb: 2\n', 2],
    ['a duplicate key', 'a: 1\nb: 2\na: 3\n', 3],
    ['a merge key', 'a: &x {b: 1}\nc:\n  <<: *x\n', 3],
    ['a local tag', 'a: 1\nb: !evil 2\n', 2],
    ['a global tag', 'a: !!js/function "x"\n', 1],
    ['a binary tag', 'a: !!binary aGk=\n', 1],
    ['a key that is a map', '? {a: 1}\n: 2\n', 1],
    ['a key that is an alias', 'a: &x b\n*x : 2\n', 2],
    ['an unclosed bracket', 'a: [1, 2\n', 2],
    ['a tab as indent', 'a:\n\tb: 1\n', 2],
    ['an alias to nothing', 'a: 1\nb: *nobody\n', 2],
    ['nothing', '', 1],
    ['only a comment', '# nothing\n', 1],
  ])('YAML: %s is a problem with a line', (_name, text, line) => {
    const [first] = problems(text, strict);
    expect(first).toMatchObject({ file: 'a.yaml' });
    expect(Math.abs((first?.line ?? 0) - line)).toBeLessThanOrEqual(1);
  });

  it.each([
    ['a bomb of aliases', bomb()],
    ['deep flow', '['.repeat(100_000)],
    ['deep maps', '{a: '.repeat(10_000)],
    ['deep blocks', deepBlocks(5_000)],
    ['deep lists in one line', `${'- '.repeat(20_000)}a`],
    ['deep keys in one line', `${'? '.repeat(20_000)}a`],
    ['a huge scalar', `a: ${'x'.repeat(300_000)}`],
    ['many aliases', `a: &x 1\nb: [${Array(30).fill('*x').join(', ')}]`],
    ['many documents', '---\na\n'.repeat(30_000)],
  ])('YAML: %s is refused', (_name, text) => {
    expect(problems(text)).not.toEqual([]);
  });

  // THREATS 44
  it.each(['__proto__', 'constructor', 'prototype'])(
    '`__proto__`: the key %s is refused anywhere, and prototypes stay as they are',
    (key) => {
      for (const text of [
        `${key}: {polluted: 1}\n`,
        `a:\n  - "${key}": {polluted: 1}\n`,
        `? ${key}\n: 1\n`,
      ]) {
        expect(problems(text)).not.toEqual([]);
      }
      expect(Object.keys(Object.prototype)).toEqual([]);
      expect({}).not.toHaveProperty('polluted');
    },
  );

  it('1.2 words are words: yes, on and 010 are no booleans', () => {
    const result = parseYaml('a', 'a: yes\nb: on\nc: 010\nd: true\n', anything);
    expect(result).toMatchObject({
      ok: true,
      value: { a: 'yes', b: 'on', c: 10, d: true },
    });
  });

  it('never throws, whatever it is given', () => {
    const piece = fc.constantFrom(
      ...['a', ': ', '- ', '? ', '\n', '  ', '[', ']', '{', '}', '&x', '*x'],
      ...['!t', '"', "'", '|', '>', '#', '<<', '---', '...', '%TAG', '\t', ','],
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(piece, { maxLength: 60 }).map((all) => all.join('')),
        ),
        (text) => {
          const result = parseYaml('a.yaml', text, anything);
          if (result.ok) return;
          for (const each of result.problems) {
            expect(each.line).toBeGreaterThan(0);
            expect(formatProblem(each)).toMatch(/^[\x20-\x7e]*$/);
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});

function bomb(): string {
  const lines = ['a0: &a0 [x, x, x, x]'];
  for (let level = 1; level < 12; level += 1) {
    const inner = Array(4)
      .fill(`*a${level - 1}`)
      .join(', ');
    lines.push(`a${level}: &a${level} [${inner}]`);
  }
  return lines.join('\n');
}

function deepBlocks(depth: number): string {
  return Array.from({ length: depth }, (_, level) => `${' '.repeat(level)}a:`)
    .join('\n')
    .slice(0, 250_000);
}
