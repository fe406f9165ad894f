import { describe, expect, it } from 'vitest';
import {
  configOf,
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

describe('images', () => {
  const before: ModelOptions = { services: { web: { image: 'site:0' } } };

  it('another reference is told with both', () => {
    const old = configOf(before.services['web'] ?? {});
    const facts: FactsOptions = {
      model: WEB,
      previous: before,
      containers: { web: [{ image: imageId('site:0'), config: old }] },
    };
    expect(detailOf(facts)).toBe('image site:0 -> site:1');
    expect(told(facts)).toEqual(['update service/web']);
  });

  it('one that is not on the host is pulled', () => {
    const facts = { model: WEB, missing: ['web'] };
    expect(told(facts)).toEqual(['pull image/web', 'update service/web']);
    expect(told({ ...facts, containers: { web: [] } })).toEqual([
      'pull image/web',
      'create service/web',
    ]);
    expect(decide(facts).map(({ detail }) => detail)).toEqual([
      'site:1',
      'image site:1 (not on the host)',
    ]);
  });

  it('what runs counts, not what was applied before it', () => {
    expect(told({ model: WEB, previous: before })).toEqual([]);
  });

  it('a database of another major version is destructive', () => {
    const model = { services: { db: { image: 'postgres:16' } } };
    const previous = { services: { db: { image: 'postgres:15' } } };
    const ran = { db: [{ image: imageId('postgres:15'), config: OLD }] };
    const facts = { model, previous, containers: ran };
    expect(told(facts)).toEqual(['update service/db !']);
    expect(detailOf(facts)).toContain('another major version');
    expect(told({ ...facts, containers: { db: [] } })).toEqual([
      'create service/db !',
    ]);
    expect(told({ model, containers: ran })).toEqual(['update service/db !']);
    expect(told({ model, containers: { db: [] } })).toEqual([
      'create service/db',
    ]);
    expect(told({ model, previous: model, containers: ran })).toEqual([
      'update service/db',
    ]);
  });
});

describe('mounts', () => {
  const BASE = '/opt/apply-gates/web/current/modules/web';
  const model: ModelOptions = {
    services: {
      web: {
        image: 'site:1',
        volumes: [{ type: 'bind', source: `${BASE}/conf`, target: '/conf' }],
        configs: [{ source: 'c1', target: '/c1' }],
      },
    },
    configs: { c1: { name: 'web_c1', file: `${BASE}/c1.txt` } },
  };
  const stale = (changed: string) => ({
    model,
    containers: { web: [{ mounted: 'other' }] },
    fields: { changed },
  });

  it('names the first files that changed and are mounted', () => {
    const files = [
      'conf/a',
      'conf/b',
      'conf-not/x',
      'c1.txt',
      'conf/z',
      'other',
    ];
    const changed = files.map((name) => `modules/web/${name}\n`).join('');
    expect(detailOf(stale(changed))).toBe(
      'mounted content: modules/web/conf/a, modules/web/conf/b, modules/web/c1.txt and 1 more',
    );
  });

  it('says so where it cannot name any', () => {
    expect(detailOf(stale('modules/web/other\n'))).toBe(
      'mounted content may not be the current one',
    );
  });

  it('data that moved is destructive, also where compose sees nothing', () => {
    const at = (source: string): ModelOptions => ({
      services: {
        web: {
          image: 'a',
          volumes: [{ type: 'volume', source, target: '/d' }],
        },
      },
      volumes: { [source]: { name: `web_${source}` } },
    });
    const facts = { model: at('new'), previous: at('old') };
    expect(told(facts)).toEqual([
      'recreate service/web !',
      'remove volume/old !',
    ]);
    expect(told({ ...facts, containers: { web: [{ config: OLD }] } })).toEqual([
      'update service/web !',
      'remove volume/old !',
    ]);
    expect(told({ ...facts, containers: { web: [] } })).toEqual([
      'create service/web !',
      'remove volume/old !',
    ]);
  });
});
