import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { orderCandidates } from './order-candidates.ts';

const order = (
  ids: readonly string[],
  dependsOn: Readonly<Record<string, readonly string[]>>,
) =>
  orderCandidates(ids, {
    dependsOn: new Map(Object.entries(dependsOn)),
    known: new Set(Object.keys(dependsOn)),
  });

describe('orderCandidates', () => {
  it.each([
    ['nothing', [], {}, []],
    ['by name', ['b', 'a'], { a: [], b: [] }, ['a', 'b']],
    ['dependencies first', ['a', 'b'], { a: ['b'], b: [] }, ['b', 'a']],
    [
      'through a module that is not among them',
      ['a', 'c'],
      { a: ['b'], b: ['c'], c: [] },
      ['c', 'a'],
    ],
    [
      'a diamond',
      ['a', 'b', 'c', 'd'],
      { a: ['b', 'c'], b: ['d'], c: ['d'], d: [] },
      ['d', 'b', 'c', 'a'],
    ],
  ])('%s', (_name, ids, dependsOn, expected) => {
    expect(order(ids, dependsOn)).toEqual({ ids: expected, problems: [] });
  });

  it.each([
    ['itself', { a: ['a'] }],
    ['each other', { a: ['b'], b: ['a'] }],
    ['a long way round', { a: ['b'], b: ['c'], c: ['d'], d: ['b'] }],
    ['an unknown module', { a: ['nobody'] }],
  ])('depending on %s is a problem', (_name, dependsOn) => {
    expect(order(['a'], dependsOn).problems).not.toEqual([]);
  });

  it('a chain of 10,000 modules is no problem', () => {
    const ids = Array.from({ length: 10_000 }, (_, index) => `m${index}`);
    const chain = Object.fromEntries(
      ids.map((id, index) => [id, index === 0 ? [] : [`m${index - 1}`]]),
    );
    expect(order(ids, chain)).toEqual({ ids, problems: [] });
  });

  it('every module comes after all it depends on, and once', () => {
    const graph = fc.array(fc.array(fc.nat(), { maxLength: 4 }), {
      maxLength: 20,
    });
    fc.assert(
      fc.property(graph, (edges) => {
        const ids = edges.map((_, index) => `m${index}`);
        // Only towards lower numbers, so that there is no circle.
        const dependsOn = Object.fromEntries(
          edges.map((targets, index) => [
            `m${index}`,
            index === 0 ? [] : targets.map((target) => `m${target % index}`),
          ]),
        );
        const found = order(ids, dependsOn);
        expect(found.problems).toEqual([]);
        expect([...found.ids].sort()).toEqual([...ids].sort());
        const place = new Map(found.ids.map((id, index) => [id, index]));
        for (const id of ids) {
          for (const dependency of dependsOn[id] ?? []) {
            expect(place.get(dependency)).toBeLessThan(place.get(id) ?? -1);
          }
        }
      }),
    );
  });
});
