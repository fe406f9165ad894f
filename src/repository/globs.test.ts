import fc from 'fast-check';
import { Minimatch } from 'minimatch';
import { describe, expect, it } from 'vitest';
import { isBoundedGlob, MAX_GLOB_ALTERNATIVES } from '../model/bounded-glob.ts';
import { compileGlobs, indexGlobs, MAX_PATH_CHARACTERS } from './globs.ts';

const OPTIONS = {
  ...{ dot: true, nocomment: true, noext: true, nonegate: true },
  platform: 'linux',
} as const;

async function matches(glob: string, path: string): Promise<boolean> {
  return (await compileGlobs([glob])).get(glob)?.matches(path) ?? false;
}

describe('globs', () => {
  it.each([
    ['a/**', 'a/b', true],
    ['a/**', 'a/.b/c', true],
    ['a/**', 'a', false],
    ['a/**', 'ab/c', false],
    ['a', 'a', true],
    ['a', 'a/b', false],
    ['*.md', '.md', true],
    ['*.md', 'a/b.md', false],
    ['**/*.md', 'b.md', true],
    ['**/*.md', 'a/.b/c.md', true],
    ['a/{b,c}/*', 'a/c/x', true],
    ['a/[bc]', 'a/b', true],
    ['!a', '!a', true],
    ['!a', 'b', false],
    ['#a', '#a', true],
  ])('%s on %s: %s', async (glob, path, expected) => {
    expect(await matches(glob, path)).toBe(expected);
  });

  const segment = fc.constantFrom('a', 'b', '.c', 'a b', '$(id)', 'ü', '-x');
  const path = fc
    .array(segment, { minLength: 1, maxLength: 5 })
    .map((all) => all.join('/'));
  const globSegment = fc.constantFrom(
    ...['a', 'b', '.c', '*', '**', 'a*', '?', '{a,b}', '[ab]', '*b', '!a', '#'],
  );
  const glob = fc
    .array(globSegment, { minLength: 1, maxLength: 5 })
    .map((all) => all.join('/'))
    .filter(isBoundedGlob);

  it('what needs no matcher means the same as with one', async () => {
    await fc.assert(
      fc.asyncProperty(glob, path, async (pattern, text) => {
        const expected = new Minimatch(pattern, OPTIONS).match(text);
        expect(await matches(pattern, text)).toBe(expected);
      }),
      { numRuns: 1_000 },
    );
  });

  it('the index finds what asking every glob would find', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(glob, { maxLength: 8 }),
        path,
        async (globs, text) => {
          const entries = globs.map((each, index) => [each, index] as const);
          const index = await indexGlobs(entries);
          const expected = entries.flatMap(([each, value]) =>
            new Minimatch(each, OPTIONS).match(text) ? [value] : [],
          );
          expect(index.find(text).sort()).toEqual(expected.sort());
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('glob bombs', () => {
  it.each([
    '*(*(*(a|b)))',
    '+(a|aa)+(a|aa)+(a|aa)',
    '!(a)/b',
    '@(a)',
    '?(a)',
    '**/**/**/**/**/a',
    `${'*a'.repeat(13)}`,
    '{1..100000}',
    '{a..z}{a..z}',
    '{a,b}{a,b}{a,b}{a,b}{a,b}',
    `{${Array(40).fill('a').join(',')}}`,
    '[a][b][c][d][e]',
    '/etc/**',
    '../**',
    'a/../b',
    'a\\*',
    'a\u0000',
    'a\n',
  ])('glob bombs: %j is refused', (glob) => {
    expect(isBoundedGlob(glob)).toBe(false);
  });

  it('glob bombs: what is accepted stands for few alternatives', () => {
    const piece = fc.constantFrom(
      ...['{', '}', ',', 'a', '*', '**', '/', '[', ']', '.', '{a,b}', '1..9'],
    );
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 60 }).map((all) => all.join('')),
        (glob) => {
          fc.pre(isBoundedGlob(glob) && glob !== '');
          const { set } = new Minimatch(glob, OPTIONS);
          expect(set.length).toBeLessThanOrEqual(MAX_GLOB_ALTERNATIVES);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  // Counted, not timed: how often a part of a glob is held to a part of a path.
  it.each([
    '**/*a*a*a*/**/*b',
    '**/a/**/a/**/a/**/b',
    '*a*a*a*a*a*a*a*a*a*a*a*b',
    '{a,b,c,d}/{a,b,c,d}/{a,b,c,d}/{a,b,c,d}',
    '**/{a,b,c,d}/**/{a,b,c,d}/**/{a,b,c,d}/**/{a,b,c,d}',
  ])('glob bombs: %s does little work on the longest path', (glob) => {
    expect(isBoundedGlob(glob)).toBe(true);
    const matcher = new Minimatch(glob, OPTIONS);
    const counter = countTests(matcher);
    const segments = MAX_PATH_CHARACTERS / 2;
    matcher.match(Array(segments).fill('a').join('/'));
    matcher.match('a'.repeat(MAX_PATH_CHARACTERS));
    const parts = matcher.set.reduce((sum, row) => sum + row.length, 0);
    expect(counter.tests).toBeLessThanOrEqual(2 * parts * segments);
  });

  it('glob bombs: a path longer than any host takes matches nothing', async () => {
    const long = 'a'.repeat(MAX_PATH_CHARACTERS + 1);
    expect(await matches('*a*', long)).toBe(false);
  });
});

/** Counts the tests of the parts of a matcher that are not plain words. */
function countTests(matcher: Minimatch): { tests: number } {
  const counter = { tests: 0 };
  for (const row of matcher.set) {
    for (const part of row) {
      if (typeof part !== 'object' || part === null) continue;
      const inner: unknown = Reflect.get(part, 'testUnchecked');
      if (typeof inner !== 'function') continue;
      Reflect.set(part, 'testUnchecked', (...given: unknown[]) => {
        counter.tests += 1;
        return Reflect.apply(inner, part, given);
      });
    }
  }
  return counter;
}
