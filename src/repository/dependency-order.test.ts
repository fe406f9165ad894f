import fc from 'fast-check';
import { expect, it, test } from 'vitest';
import { orderByDependencies } from './dependency-order.ts';

test.each<[string, Record<string, string[]>, string[] | undefined]>([
  ['keeps the order where nothing depends', { b: [], a: [] }, ['b', 'a']],
  ['puts a module behind what it needs', { a: ['b'], b: [] }, ['b', 'a']],
  ['follows a chain', { a: ['b'], b: ['c'], c: [] }, ['c', 'b', 'a']],
  ['passes over what is not asked for', { a: ['x'] }, ['a']],
  ['has no order for a circle', { a: ['b'], b: ['a'] }, undefined],
  ['has no order for itself', { a: ['a'] }, undefined],
])('%s', (_, graph, ids) => {
  const modules = Object.entries(graph).map(([id, dependsOn]) => ({
    id,
    dependsOn,
  }));
  const order = orderByDependencies(modules);
  expect(order.ok ? order.ids : undefined).toEqual(ids);
});

it('places every module once, behind its dependencies, or names a circle', () => {
  const id = fc.integer({ min: 0, max: 7 }).map(String);
  const graph = fc.uniqueArray(
    fc.record({ id, dependsOn: fc.array(id, { maxLength: 3 }) }),
    { selector: (module) => module.id },
  );
  fc.assert(
    fc.property(graph, (modules) => {
      const order = orderByDependencies(modules);
      if (!order.ok) {
        expect(order.circle.length).toBeGreaterThan(0);
        return;
      }
      expect([...order.ids].sort()).toEqual(
        modules.map((each) => each.id).sort(),
      );
      for (const { id: own, dependsOn } of modules) {
        for (const other of dependsOn) {
          if (order.ids.includes(other)) {
            expect(order.ids.indexOf(other)).toBeLessThan(
              order.ids.indexOf(own),
            );
          }
        }
      }
    }),
  );
});
