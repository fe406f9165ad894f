import { expect, it } from 'vitest';
import {
  type ModelOptions,
  makeComposeFacts,
} from '../../../../tests/support/compose-facts.ts';
import { makeComposeSubject } from '../../../../tests/support/compose-subject.ts';
import { findMovedData } from './mounted-data.ts';

const BASE = '/opt/apply-gates/web';
const CURRENT = `${BASE}/current/modules/web`;
const LIVE_HOST = 'dir modules/web/data\nfile modules/web/app.db\n';
const MANIFEST = 'host_dirs: [data]\nhost_files: [app.db]';

const bind = (source: string, target = '/data') => ({
  type: 'bind',
  source,
  target,
});
const volume = (source: string | undefined, target = '/data') => ({
  type: 'volume',
  ...(source === undefined ? {} : { source }),
  target,
});

type Mount = Record<string, unknown>;
type Volumes = ModelOptions['volumes'];

const NAMED: Volumes = { data: { name: 'p_data' }, more: { name: 'p_more' } };

/** What moves from the mounts before to the mounts now. */
function moved(
  before: readonly Mount[],
  now: readonly Mount[],
  options: {
    readonly volumes?: Volumes;
    readonly volumesBefore?: Volumes;
    readonly manifest?: string;
    readonly previousHost?: string;
  } = {},
) {
  const volumes = options.volumes ?? NAMED;
  const previous = options.volumesBefore ?? NAMED;
  const facts = makeComposeFacts({
    model: {
      services: { db: { image: 'a', volumes: now } },
      ...(volumes ? { volumes } : {}),
    },
    previous: {
      services: { db: { image: 'a', volumes: before } },
      ...(previous ? { volumes: previous } : {}),
    },
    fields: { previous_host: options.previousHost ?? LIVE_HOST },
  });
  const service = facts.model.services.get('db');
  if (!service) throw new TypeError('no service');
  const manifest = options.manifest ?? MANIFEST;
  return findMovedData(service, facts, makeComposeSubject({ manifest }));
}

it.each<[string, Mount[], Mount[]]>([
  ['a volume', [volume('data')], [volume('data')]],
  ['an anonymous volume', [volume(undefined)], [volume(undefined)]],
  ['a slash at its end', [volume('data', '/data/')], [volume('data')]],
  ['a path of the host', [bind('/srv/x')], [bind('/srv/x')]],
  [
    'a folder of the host',
    [bind(`${CURRENT}/data`)],
    [bind(`${CURRENT}/data`)],
  ],
  [
    'the same folder by another name',
    [bind(`${CURRENT}/data/a`)],
    [bind(`${BASE}/shared/data/a`)],
  ],
  ['tracked content', [bind(`${CURRENT}/conf`)], [bind(`${CURRENT}/other`)]],
  ['tracked content that goes', [bind(`${CURRENT}/conf`)], []],
  ['memory', [{ type: 'tmpfs', target: '/data' }], []],
  ['an image', [{ type: 'image', source: 'a', target: '/data' }], []],
  ['a socket', [bind('/var/run/docker.sock')], []],
  ['the time zone', [bind('/etc/localtime')], [bind('/etc/timezone')]],
  [
    'what tracked content is put into',
    [volume('data')],
    [volume('data'), bind(`${CURRENT}/conf`, '/data/conf')],
  ],
  [
    'what hid a part before',
    [volume('data'), volume('more', '/data/rows')],
    [volume('data'), volume('more', '/data/rows')],
  ],
  ['something new', [], [volume('data'), bind('/srv/x', '/x')]],
])('%s stays where it is', (_, before, now) => {
  expect(moved(before, now)).toEqual([]);
});

it.each<[string, Mount[], Mount[]]>([
  ['a volume', [volume('data')], [volume('more')]],
  ['a volume that goes', [volume('data')], []],
  ['a volume at another target', [volume('data')], [volume('data', '/other')]],
  ['a volume to a path', [volume('data')], [bind('/srv/data')]],
  [
    'a volume to memory',
    [volume('data')],
    [{ type: 'tmpfs', target: '/data' }],
  ],
  ['an anonymous volume', [volume(undefined)], [volume('data')]],
  ['a volume to an anonymous one', [volume('data')], [volume(undefined)]],
  [
    'a folder inside a volume',
    [{ ...volume('data'), volume: { subpath: 'a' } }],
    [volume('data')],
  ],
  ['a path', [bind('/srv/data')], [bind('/srv/data2')]],
  [
    'a folder of the host',
    [bind(`${CURRENT}/data`)],
    [bind(`${CURRENT}/more`)],
  ],
  [
    'a file of the host',
    [bind(`${CURRENT}/app.db`)],
    [bind(`${CURRENT}/data/app.db`)],
  ],
  [
    'a folder of the host to a volume',
    [bind(`${CURRENT}/data`)],
    [volume('data')],
  ],
  [
    'a volume that another one hides a part of',
    [volume('data')],
    [volume('data'), volume('more', '/data/rows')],
  ],
  [
    'a volume that memory hides a part of',
    [volume('data')],
    [volume('data'), { type: 'tmpfs', target: '/data/rows/' }],
  ],
  [
    'what only a later compose knows',
    [{ type: 'cluster', target: '/data' }],
    [],
  ],
])('%s that moves is told', (_, before, now) => {
  expect(moved(before, now)).toHaveLength(1);
});

it('a volume that keeps its key and changes its name has moved', () => {
  const volumes = { data: { name: 'p_other' } };
  expect(moved([volume('data')], [volume('data')], { volumes })).toEqual([
    'the data at /data moves: volume p_data -> volume p_other',
  ]);
});

it('a volume that changes its key and keeps its name has not', () => {
  const volumes = { renamed: { name: 'p_data' } };
  expect(moved([volume('data')], [volume('renamed')], { volumes })).toEqual([]);
});

it('a folder that is tracked from now on has lost its data', () => {
  const mounts = [bind(`${CURRENT}/data`)];
  expect(moved(mounts, mounts, { manifest: '' })).toHaveLength(1);
});

it('a folder that was tracked had none', () => {
  const mounts = [bind(`${CURRENT}/data`)];
  expect(moved(mounts, mounts, { previousHost: '' })).toEqual([]);
});

it('a renamed module finds its data in its new folder', () => {
  const before = [bind(`${BASE}/current/modules/old/data`)];
  const now = [bind(`${CURRENT}/data`)];
  const previousHost = 'dir modules/old/data\n';
  const renamed = { manifest: `${MANIFEST}\nrenamed_from: old`, previousHost };
  expect(moved(before, now, renamed)).toEqual([]);
  expect(moved(before, now, { previousHost })).toHaveLength(1);
});

it('the old folder of an adopted project is its folder in the release', () => {
  const adopted = `${MANIFEST}\ncompose: {project_directory: /opt/app}`;
  const manifest = adopted;
  const before = [bind('/opt/app/data')];
  expect(moved(before, [bind('/opt/app/data')], { manifest })).toEqual([]);
  expect(moved(before, [bind('/opt/app/more')], { manifest })).toHaveLength(1);
  expect(moved(before, [bind('/opt/apps/data')], { manifest })).toHaveLength(1);
});

it('tells no value that is not shown', () => {
  const facts = makeComposeFacts({
    model: { services: { db: { image: 'a', volumes: [bind('/srv/s3cret')] } } },
    previous: {
      services: { db: { image: 'a', volumes: [bind('/srv/older/s3cret')] } },
    },
    masks: ['s3cret'],
  });
  const service = facts.model.services.get('db');
  if (!service) throw new TypeError('no service');
  expect(findMovedData(service, facts, makeComposeSubject())).toEqual([
    'the data at /data moves: /srv/older/*** -> /srv/***',
  ]);
});

it('volumes of another service that are not taken any more are told', () => {
  const facts = (now: object) => {
    const base = { image: 'a' };
    const db = { image: 'a', volumes_from: ['base:ro'] };
    return makeComposeFacts({
      model: { services: { base, db: { image: 'a', ...now } } },
      previous: { services: { base, db } },
    });
  };
  const told = (now: object) => {
    const all = facts(now);
    const service = all.model.services.get('db');
    return service && findMovedData(service, all, makeComposeSubject());
  };
  expect(told({ volumes_from: ['base'] })).toEqual([]);
  expect(told({})).toEqual(['the volumes of base:ro are not mounted any more']);
});

it('memory that a service asks for by the short form hides data too', () => {
  const service = { image: 'a', volumes: [volume('data')] };
  const facts = makeComposeFacts({
    model: {
      services: { db: { ...service, tmpfs: ['/data/rows:size=1m'] } },
      volumes: NAMED,
    },
    previous: { services: { db: service }, volumes: NAMED },
  });
  const db = facts.model.services.get('db');
  expect(db && findMovedData(db, facts, makeComposeSubject())).toEqual([
    '/data/rows is mounted over data that was there',
  ]);
});
