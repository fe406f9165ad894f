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
const OLD = 'f'.repeat(64);

describe('what is sacred', () => {
  const bind = (source: string): ModelOptions => ({
    services: {
      web: { image: 'a', volumes: [{ type: 'bind', source, target: '/d' }] },
    },
  });
  const sacred = ['/srv/photos', '/opt/apply-gates/web/shared/data'];
  const drift = { containers: { web: [{ config: OLD }] } };

  it.each<[string, boolean]>([
    ['/srv/photos', true],
    ['/srv/photos/2020', true],
    ['/srv', true],
    ['/', true],
    ['/srv/photos2', false],
    ['/srv/music', false],
    ['/srv/music/../photos', true],
    ['/opt/apply-gates/web/current/modules/web/data', true],
    ['/opt/apply-gates/web/current/modules/web/conf', false],
  ])('a bind of %s: %s', (source, isSacred) => {
    const model = bind(source);
    const [change] = decide({ model, ...drift }, { sacred });
    expect(change?.sacred).toBe(isSacred);
    const previous = { model: WEB, previous: model, ...drift };
    expect(decide(previous, { sacred })[0]?.sacred).toBe(isSacred);
    expect(told({ model }, { sacred })).toEqual([]);
  });

  it('is seen behind volumes, configs, secrets and devices', () => {
    const mount = [{ type: 'volume', source: 'v', target: '/d' }];
    const device = { driver_opts: { type: 'none', device: '/srv/photos' } };
    const models: readonly ModelOptions[] = [
      {
        services: { web: { image: 'a', volumes: mount } },
        volumes: { v: { name: 'v', ...device } },
      },
      {
        services: { web: { image: 'a', configs: [{ source: 'c' }] } },
        configs: { c: { file: '/srv/photos/c' } },
      },
      {
        services: { web: { image: 'a', secrets: [{ source: 's' }] } },
        secrets: { s: { file: '/srv/photos/s' } },
      },
      {
        services: {
          web: { image: 'a', devices: [{ source: '/srv', target: '/srv' }] },
        },
      },
    ];
    for (const model of models) {
      expect(told({ model, ...drift }, { sacred })).toEqual([
        'update service/web *',
      ]);
    }
    const [first] = models;
    if (!first) throw new TypeError('no model');
    const volumes = { v: 'yes other' };
    expect(told({ model: first, volumes }, { sacred })).toEqual([
      'recreate service/web *',
      'update volume/v ! *',
    ]);
    const folder = ['/var/lib/docker/volumes/v/_data'];
    expect(told({ model: first, volumes }, { sacred: folder })).toEqual([
      'recreate service/web *',
      'update volume/v ! *',
    ]);
  });

  it('is everything of a sacred module', () => {
    const facts = makeComposeFacts({ model: WEB, missing: ['web'] });
    const subject = makeComposeSubject();
    const policy = { ...subject.policy.sacred, modules: ['web'] };
    const changes = decideChanges(facts, {
      ...subject,
      policy: { ...subject.policy, sacred: policy },
    });
    expect(changes.map(({ sacred: each }) => each)).toEqual([true, true]);
  });
});
