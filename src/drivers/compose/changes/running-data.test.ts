import { describe, expect, it } from 'vitest';
import {
  type FactsOptions,
  makeComposeFacts,
} from '../../../../tests/support/compose-facts.ts';
import { makeComposeSubject } from '../../../../tests/support/compose-subject.ts';
import { decideChanges } from './decide-changes.ts';

const OLD = 'f'.repeat(64);
const ON_HOST = 'host_dirs: [data]';
const CURRENT = '/opt/apply-gates/web/current/modules/web';
const bind = (source: string, target: string) => ({
  ...{ type: 'bind', source, target },
});

/** What is told of one that runs, and is made anew in any case. */
function decide(
  mounted: readonly string[],
  service: object,
  more: Partial<FactsOptions['model']> = {},
  previous = false,
) {
  const model = { services: { db: { image: 'db:1', ...service } }, ...more };
  const lines = mounted.map((each) => `db\t${each.replaceAll(' ', '\t')}\n`);
  const facts = makeComposeFacts({
    model,
    ...(previous ? { previous: model } : {}),
    containers: { db: [{ config: OLD }] },
    fields: { mounts: lines.join('') },
  });
  const subject = makeComposeSubject({ manifest: ON_HOST });
  return decideChanges(facts, subject)
    .filter(({ resource }) => resource === 'service/db')
    .map(({ destructive, detail }) => ({ destructive, detail }));
}

const ROWS = { volumes: { rows: { name: 'web_rows' } } };
const rows = { volumes: [{ type: 'volume', source: 'rows', target: '/rows' }] };

describe('data of what was never applied from here', () => {
  it.each<[string, readonly string[], object, object?]>([
    [
      'a folder that moves',
      ['bind /old/data /rows'],
      { volumes: [bind(`${CURRENT}/data`, '/rows')] },
    ],
    ['a folder that is dropped', ['bind /old/data /rows'], {}],
    ['another volume', ['volume old_rows /rows'], rows, ROWS],
    ['a volume that was a folder', ['bind /old/data /rows'], rows, ROWS],
    [
      'a folder that was a volume',
      ['volume web_rows /rows'],
      { volumes: [bind(`${CURRENT}/data`, '/rows')] },
    ],
    [
      'memory instead',
      ['volume web_rows /rows'],
      { volumes: [{ type: 'tmpfs', target: '/rows' }] },
    ],
    ['a volume that had no name', [`volume ${OLD} /rows`], rows, ROWS],
  ])('is destructive to lose: %s', (_, mounted, service, more) => {
    expect(decide(mounted, service, more)).toEqual([
      { destructive: true, detail: expect.stringContaining('data') },
    ]);
  });

  it.each<[string, readonly string[], object, object?]>([
    ['the same volume', ['volume web_rows /rows'], rows, ROWS],
    [
      'the same folder',
      ['bind /srv/rows/ /rows'],
      { volumes: [bind('/srv/rows', '/rows')] },
    ],
    [
      'its place in the release',
      [`bind /opt/apply-gates/web/shared/data /rows`],
      { volumes: [bind(`${CURRENT}/data`, '/rows')] },
    ],
    [
      'what is tracked now',
      ['bind /old/conf /conf'],
      { volumes: [bind(`${CURRENT}/conf`, '/conf')] },
    ],
    [
      'a volume without a name',
      [`volume ${OLD} /rows`],
      { volumes: [{ type: 'volume', target: '/rows' }] },
    ],
    ['one that the image asks for', [`volume ${OLD} /rows`], {}],
    [
      'what holds no data',
      ['bind /var/run/docker.sock /var/run/docker.sock'],
      {},
    ],
    [
      'a secret',
      ['bind /old/word /run/secrets/word'],
      { secrets: [{ source: 'word' }] },
    ],
    [
      'a config',
      ['bind /old/conf /etc/app'],
      { configs: [{ source: 'app', target: '/etc/app' }] },
    ],
  ])('is not lost with %s', (_, mounted, service, more) => {
    const [change] = decide(mounted, service, more);
    expect(change).toMatchObject({ destructive: false });
  });

  it('is what was applied, where something was', () => {
    const service = { volumes: [bind('/srv/rows', '/rows')] };
    const told = decide(['bind /old/data /rows'], service, {}, true);
    expect(told).toMatchObject([{ destructive: false }]);
  });

  it('is in a volume that the image asked for, and no model told of', () => {
    const facts = (service: object) =>
      makeComposeFacts({
        model: { services: { db: { image: 'db:1', ...service } }, ...ROWS },
        previous: { services: { db: { image: 'db:1' } } },
        containers: { db: [{ config: OLD }] },
        fields: { mounts: `db\tvolume\t${OLD}\t/rows\n` },
      });
    const told = (service: object) =>
      decideChanges(facts(service), makeComposeSubject()).filter(
        ({ resource }) => resource === 'service/db',
      );
    expect(told(rows)).toMatchObject([
      { destructive: true, detail: expect.stringContaining('/rows') },
    ]);
    expect(told({})).toMatchObject([{ destructive: false }]);
    expect(told({ scale: 0 })).toMatchObject([
      { destructive: true, detail: expect.stringContaining('without a name') },
    ]);
  });
});
