import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type FactsOptions,
  imageId,
  makeComposeFacts,
} from '../../../../tests/support/compose-facts.ts';
import { makeComposeSubject } from '../../../../tests/support/compose-subject.ts';
import { decideChanges } from './decide-changes.ts';

const decide = (facts: FactsOptions) =>
  decideChanges(makeComposeFacts(facts), makeComposeSubject());

const OLD = 'f'.repeat(64);

describe('whatever the host says', () => {
  const SECRET = 'hunter2-s3cret';
  const text = fc.constantFrom(SECRET, `a${SECRET}`, 'plain', 'é\u202e');
  const mount = fc.record({
    type: fc.constantFrom('bind', 'volume', 'tmpfs', 'image'),
    source: text.map((each) => `/srv/${each}`),
    target: text.map((each) => `/in/${each}`),
  });
  const model = fc.record({
    services: fc.dictionary(
      fc.constantFrom('web', 'db', 'a.b-c', 'constructor'),
      fc.record({
        image: text,
        volumes: fc.uniqueArray(mount, {
          maxLength: 3,
          selector: ({ target }) => target,
        }),
      }),
      { minKeys: 1 },
    ),
    volumes: fc.dictionary(
      fc.constantFrom('data', 'more'),
      fc.record({ name: text }),
    ),
  });
  const container = fc.record(
    {
      state: fc.constantFrom('running', 'exited', 'created', 'paused', 'dead'),
      exit: fc.constantFrom(0, 1),
      mounted: fc.constantFrom('same', 'other', 'unknown', 'none'),
      config: fc.constantFrom('', OLD),
      image: text.map(imageId),
      replace: fc.constantFrom('', 'replace'),
    },
    { requiredKeys: [] },
  );
  const containers = fc.dictionary(
    fc.constantFrom('web', 'db', 'a.b-c', 'constructor', 'other'),
    fc.array(container, { maxLength: 3 }),
  );

  it('changes are sorted, unique, bounded, printable, and show no value', () => {
    fc.assert(
      fc.property(model, model, containers, (now, previous, each) => {
        const changes = decide({
          model: now,
          previous,
          containers: each,
          masks: [SECRET],
        });
        const resources = changes.map(({ resource }) => resource);
        expect(resources).toEqual([...new Set(resources)].sort());
        const told = JSON.stringify(changes);
        expect(told).not.toContain(SECRET);
        expect(told).toMatch(/^[\x20-\x7e]*$/);
        expect(changes.every(({ detail }) => detail.length <= 2048)).toBe(true);
      }),
    );
  });

  it('nothing changes where all runs as planned', () => {
    fc.assert(
      fc.property(model, (now) => {
        expect(decide({ model: now })).toEqual([]);
        expect(decide({ model: now, previous: now })).toEqual([]);
      }),
    );
  });
});
