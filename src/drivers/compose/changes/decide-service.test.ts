import { describe, expect, it } from 'vitest';
import {
  type FactsOptions,
  imageId,
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

const detailOf = (facts: FactsOptions, subject: SubjectOptions = {}) =>
  decide(facts, subject)[0]?.detail;

const WEB: ModelOptions = { services: { web: { image: 'site:1' } } };
const OLD = 'f'.repeat(64);

type Containers = NonNullable<FactsOptions['containers']>;
const short = (reference: string) => imageId(reference).slice(7, 19);
const ONESHOT = { manifest: 'compose: {oneshot: [web]}' };

describe('containers', () => {
  it.each<[string, Containers, string[]]>([
    ['that run as planned', {}, []],
    ['that are not there', { web: [] }, ['create service/web']],
    [
      'of compose run only',
      { web: [{ oneoff: 'True' }] },
      ['create service/web'],
    ],
    ['made otherwise', { web: [{ config: OLD }] }, ['update service/web']],
    [
      'made by somebody else',
      { web: [{ config: '' }] },
      ['update service/web'],
    ],
    [
      'of another image',
      { web: [{ image: imageId('x') }] },
      ['update service/web'],
    ],
    ['that are too many', { web: [{}, {}] }, ['update service/web']],
    ['that ended', { web: [{ state: 'exited' }] }, ['update service/web']],
    ['that never ran', { web: [{ state: 'created' }] }, ['update service/web']],
    // `up` fails on these, so they are made anew.
    [
      'that are paused',
      { web: [{ state: 'paused' }] },
      ['recreate service/web'],
    ],
    ['that are dead', { web: [{ state: 'dead' }] }, ['recreate service/web']],
    [
      'half made',
      { web: [{}, { replace: 'replace' }] },
      ['update service/web'],
    ],
    [
      'half made only',
      { web: [{ replace: 'replace' }] },
      ['update service/web'],
    ],
    [
      'with other content',
      { web: [{ mounted: 'other' }] },
      ['recreate service/web'],
    ],
    [
      'with unknown content',
      { web: [{ mounted: 'unknown' }] },
      ['recreate service/web'],
    ],
    [
      'with other content that compose makes anew',
      { web: [{ mounted: 'other', config: OLD }] },
      ['update service/web'],
    ],
    [
      'of which compose would leave one stale',
      { web: [{ mounted: 'other', config: OLD }, { mounted: 'other' }] },
      ['recreate service/web'],
    ],
    ['of a neighbour', { other: [{ state: 'exited', config: OLD }] }, []],
  ])('%s', (_, containers, changes) => {
    expect(told({ model: WEB, containers })).toEqual(changes);
  });

  it.each<[string, Containers, string]>([
    ['configuration', { web: [{ config: OLD }] }, 'configuration'],
    ['replicas', { web: [{}, {}] }, 'replicas 2 -> 1'],
    [
      'state',
      { web: [{ state: 'exited', exit: 1 }] },
      'is exited, not running',
    ],
    [
      'a tag that moved',
      { web: [{ image: imageId('x') }] },
      `image site:1: ${short('x')} -> ${short('site:1')}`,
    ],
    [
      'what is half made',
      { web: [{}, { replace: 'replace' }] },
      'left half made by an interrupted compose',
    ],
    [
      'several at once',
      { web: [{ config: OLD, state: 'exited' }] },
      'configuration; is exited, not running',
    ],
    ['a new one', { web: [] }, 'image site:1'],
  ])('the detail tells %s', (_, containers, detail) => {
    expect(detailOf({ model: WEB, containers })).toBe(detail);
  });

  it('as many as the model says, none included', () => {
    const model = (replicas: number) => ({
      services: { web: { image: 'a', deploy: { replicas } } },
    });
    expect(told({ model: model(2) })).toEqual(['update service/web']);
    expect(told({ model: model(2), containers: { web: [{}, {}] } })).toEqual(
      [],
    );
    expect(told({ model: model(0) })).toEqual(['update service/web']);
    const none = { model: model(0), containers: { web: [] } };
    expect(told({ ...none, missing: ['web'] })).toEqual([]);
  });
});

describe('one-shot services', () => {
  it.each<[string, Containers, string[]]>([
    ['that ended well', { web: [{ state: 'exited', exit: 0 }] }, []],
    ['that still run', { web: [{ state: 'running' }] }, []],
    [
      'that failed',
      { web: [{ state: 'exited', exit: 3 }] },
      ['update service/web'],
    ],
    ['that never ran', { web: [{ state: 'created' }] }, ['update service/web']],
    ['that are not there', { web: [] }, ['create service/web']],
    [
      'that ended well with other content',
      { web: [{ state: 'exited', mounted: 'other' }] },
      ['recreate service/web'],
    ],
    [
      'that ended well and are other ones now',
      { web: [{ state: 'exited', config: OLD }] },
      ['update service/web'],
    ],
  ])('%s', (_, containers, changes) => {
    expect(told({ model: WEB, containers }, ONESHOT)).toEqual(changes);
  });

  it('one that is to end does not hide that its data moves', () => {
    const model = (source: string) => ({
      services: {
        web: {
          ...{ image: 'a', scale: 0 },
          volumes: [{ type: 'bind', source, target: '/rows' }],
        },
      },
    });
    const moves = (to: string) =>
      decideChanges(
        makeComposeFacts({
          ...{ model: model(to), previous: model('/srv/rows') },
          containers: { web: [] },
        }),
        makeComposeSubject(),
      );
    expect(moves('/srv/rows')).toEqual([]);
    expect(moves('/srv/other')).toMatchObject([{ destructive: true }]);
  });
});
