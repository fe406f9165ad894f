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

describe('volumes and networks', () => {
  const model: ModelOptions = {
    services: {
      web: {
        image: 'a',
        volumes: [{ type: 'volume', source: 'data', target: '/d' }],
        networks: { back: null },
      },
      neighbour: {
        image: 'b',
        volumes: [{ type: 'volume', source: 'theirs', target: '/d' }],
        networks: { their: null },
      },
    },
    volumes: { data: { name: 'web_data' }, theirs: { name: 't' } },
    networks: { back: { name: 'web_back' }, their: { name: 'n' } },
  };
  const own = { manifest: 'compose: {services: [web]}' };

  it.each<[string, string[]]>([
    ['yes same', []],
    ['yes new', []],
    ['yes other', ['recreate service/web', 'update volume/data !']],
    ['no new', ['recreate service/web', 'create volume/data']],
    ['no same', ['recreate service/web', 'create volume/data !']],
    ['no other', ['recreate service/web', 'create volume/data !']],
  ])('a volume that is %s', (data, changes) => {
    const volumes = { data, theirs: 'no other' };
    expect(told({ model, volumes }, own)).toEqual(changes);
  });

  it.each<[string, string[]]>([
    ['yes same', []],
    ['yes other', ['update network/back !', 'recreate service/web']],
    ['no new', ['create network/back', 'recreate service/web']],
    ['no same', ['create network/back', 'recreate service/web']],
    ['no other', ['create network/back', 'recreate service/web']],
  ])('a network that is %s', (back, changes) => {
    const networks = { back, their: 'yes other' };
    expect(told({ model, networks }, own)).toEqual(changes);
  });

  it('a first start names them and does not repeat them', () => {
    const facts = {
      model,
      containers: { web: [], neighbour: [] },
      volumes: { data: 'no new' },
      networks: { back: 'no new' },
    };
    expect(told(facts, own)).toEqual([
      'create network/back',
      'create service/web',
      'create volume/data',
    ]);
    expect(decide(facts, own)[1]?.detail).toBe('image a');
  });

  it('what is external is never changed', () => {
    const external = { name: 'x', external: true };
    const outside: ModelOptions = {
      services: { web: model.services['web'] ?? {} },
      volumes: { data: external },
      networks: { back: external },
    };
    const facts = {
      model: outside,
      volumes: { data: 'no other' },
      networks: { back: 'yes other' },
    };
    expect(told(facts)).toEqual([]);
  });

  it('a volume that is dropped is told, unless only its key is', () => {
    const { web, neighbour } = model.services;
    const previous = { ...model, services: { web: web ?? {} } };
    const without: ModelOptions = {
      services: { web: { image: 'a' }, neighbour: neighbour ?? {} },
      volumes: { theirs: { name: 't' } },
    };
    expect(told({ model: without, previous }, own)).toEqual([
      'recreate service/web !',
      'remove volume/data !',
    ]);
    const kept = { ...without, volumes: { theirs: { name: 'web_data' } } };
    expect(told({ model: kept, previous }, own)).toEqual([
      'recreate service/web !',
    ]);
  });
});
