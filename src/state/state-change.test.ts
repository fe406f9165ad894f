import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { blobId, planStateChange } from './state-change.ts';
import { isStatePath, parseStateTree } from './state-tree.ts';

const files = (texts: Record<string, string>) =>
  new Map(Object.entries(texts).map(([path, text]) => [path, blobId(text)]));

describe('blobId', () => {
  it.each(['', 'a\n', 'é😀\0'])('is what git computes: %j', (text) => {
    const id = execFileSync('git', ['hash-object', '--stdin'], { input: text });
    expect(blobId(text)).toBe(id.toString().trim());
  });
});

describe('planStateChange', () => {
  const present = files({ 'state/a': 'a', 'state/b/c': 'c' });

  it.each<[string, [string, string | null][], [string, string | null][]]>([
    ['the same text', [['state/a', 'a']], []],
    ['a new text', [['state/a', 'b']], [['state/a', 'b']]],
    ['a new file', [['state/z', '']], [['state/z', '']]],
    ['a removal', [['state/a', null]], [['state/a', null]]],
    ['a removal of nothing', [['state/z', null]], []],
    [
      'a file in place of a folder that goes away',
      [
        ['state/b/c', null],
        ['state/b', 'b'],
      ],
      [
        ['state/b/c', null],
        ['state/b', 'b'],
      ],
    ],
  ])('%s', (_name, change, needed) => {
    expect([...planStateChange(present, new Map(change))]).toEqual(needed);
  });

  it.each<[string, [string, string | null][]]>([
    ['a path outside', [['modules/a', 'a']]],
    ['a file below a file', [['state/a/b', 'b']]],
    ['a file in place of a folder', [['state/b', 'b']]],
    ['half a surrogate pair', [['state/z', '\ud800']]],
    ['a huge text', [['state/z', 'z'.repeat(17 * 1024 * 1024)]]],
    [
      'too many files',
      Array.from({ length: 1_001 }, (_, index) => [`state/f${index}`, '']),
    ],
  ])('refuses %s', (_name, change) => {
    expect(() => planStateChange(present, new Map(change))).toThrow(TypeError);
  });
});

describe('isStatePath', () => {
  it.each([
    ['.platform/state/modules/uptime-kuma.status.json', true],
    ['state/AUDIT_LOG.jsonl', true],
    [`state/plans/a/${'0'.repeat(64)}.json`, true],
    ['state', false],
    ['.platform/gates.yaml', false],
    ['state/', false],
    ['state//a', false],
    ['state/.', false],
    ['state/../a', false],
    ['state/.git', false],
    ['state/.GIT/config', false],
    ['state/.gitmodules', false],
    ['state/-x', false],
    ['state/__proto__', false],
    ['state/a\nb', false],
    ['state/a\\b', false],
    ['state/\u202ea', false],
    ['/state/a', false],
    [`state/${'a'.repeat(250)}`, false],
  ])('%j: %s', (path, allowed) => {
    expect(isStatePath(path)).toBe(allowed);
  });
});

describe('parseStateTree', () => {
  it('takes nothing but lines of git about plain files of ours', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (text) => {
        expect(() => parseStateTree(Buffer.from(`${text}\0`), 'b')).toThrow(
          expect.objectContaining({ code: 'state/malformed' }),
        );
      }),
    );
  });
});
