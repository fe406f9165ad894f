import { describe, expect, it } from 'vitest';
import {
  type FactsOptions,
  type ModelOptions,
  makeComposeFacts,
} from '../../../../tests/support/compose-facts.ts';
import {
  makeComposeSubject,
  type SubjectOptions,
} from '../../../../tests/support/compose-subject.ts';
import { decideChanges } from './decide-changes.ts';

const decide = (facts: FactsOptions, subject: SubjectOptions = {}) =>
  decideChanges(makeComposeFacts(facts), makeComposeSubject(subject));

/** `action resource`, with `!` for destructive and `*` for sacred. */
const told = (facts: FactsOptions, subject: SubjectOptions = {}) =>
  decide(facts, subject).map(
    ({ action, destructive, resource, sacred }) =>
      `${action} ${resource}${destructive ? ' !' : ''}${sacred ? ' *' : ''}`,
  );

const WEB: ModelOptions = { services: { web: { image: 'site:1' } } };

describe('services that go', () => {
  const previous: ModelOptions = {
    services: {
      web: { image: 'a' },
      old: { image: 'b' },
      their: { image: 'c' },
    },
  };
  const { web, their } = { web: { image: 'a' }, their: { image: 'c' } };
  const containers = { old: [{}], their: [{}] };

  it('are removed where the files had no others', () => {
    const model = { services: { web, their } };
    expect(told({ model, previous, containers })).toEqual([
      'remove service/old !',
    ]);
  });

  it('are not removed where nothing of them is there', () => {
    const model = { services: { web, their } };
    const gone = { old: [{ oneoff: 'True' as const }] };
    expect(told({ model, previous, containers: gone })).toEqual([]);
  });

  it('of a neighbour in the same file are left alone', () => {
    const model = { services: { web } };
    const facts = { model, previous, containers };
    const own = { manifest: 'compose: {services: [web]}' };
    const listed = { previous_services: 'web\nold\n' };
    expect(told({ ...facts, fields: listed }, own)).toEqual([
      'remove service/old !',
    ]);
    expect(
      told({ ...facts, fields: { previous_services: 'web\n' } }, own),
    ).toEqual([]);
    // The file is the module's alone now; what a neighbour had is still theirs.
    expect(told({ ...facts, fields: listed })).toEqual([
      'remove service/old !',
    ]);
  });

  it('that are only no longer listed are left as they run', () => {
    const own = { manifest: 'compose: {services: [web]}' };
    const fields = { previous_services: 'web\nold\n' };
    expect(told({ model: previous, previous, fields }, own)).toEqual([]);
  });
});

it('a project that is renamed is destructive', () => {
  const previous = { ...WEB, name: 'before' };
  const facts = { model: WEB, previous, containers: { web: [] } };
  expect(told(facts)).toEqual(['update project/web !', 'create service/web']);
});
