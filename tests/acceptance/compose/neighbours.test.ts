import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
} from 'vitest';
import {
  type ComposeStand,
  openComposeStand,
} from '../../support/compose-stand.ts';
import { docker, hasEngine } from '../../support/engine.ts';
import { watchEvents, withoutProbes } from '../../support/engine-events.ts';
import { hasSshd, startSshd, type TestSshd } from '../../support/sshd.ts';

const TIMEOUT = { timeout: 120_000 };
/** Another run than the one of the stand. */
const RUN = { id: '8', number: '8', attempt: '1', url: '' };
const SHARED = '/compose/apps/compose.yaml';

describe.skipIf(!hasEngine || !hasSshd)('modules of one project', () => {
  let sshd: TestSshd;
  let stand: ComposeStand;

  beforeAll(async () => {
    sshd = await startSshd();
  });

  beforeEach(async () => {
    stand = await openComposeStand(sshd);
  });

  afterEach(() => stand.close());

  afterAll(() => sshd.stop());

  /** A module that has some of the services of a file of both. */
  const inShared = (id: string, services: readonly string[], compose: object) =>
    stand.release(
      { [SHARED]: compose },
      {
        id: `${stand.project}-${id}`,
        manifest: {
          stateful: id === 'db',
          compose: { file: SHARED, project: stand.project, services },
        },
      },
    );

  /** A module whose compose file is its own; `services` is what it lists. */
  const inOwn = (id: string, compose: object, services?: readonly string[]) =>
    stand.release(
      { 'compose.yaml': compose },
      {
        id: `${stand.project}-${id}`,
        manifest: {
          compose: {
            project: stand.project,
            ...(services ? { services } : {}),
          },
        },
      },
    );

  const told = async (...plan: Parameters<ComposeStand['plan']>) =>
    (await stand.plan(...plan)).changes.map(
      ({ action, destructive, resource }) =>
        `${action} ${resource}${destructive ? ' !' : ''}`,
    );

  it.each(['service_started', 'service_healthy'])(
    'neighbour-restarted: what a changed service depends on is not touched, though it changed too (%s)',
    TIMEOUT,
    async (condition) => {
      const { image, project } = stand;
      const compose = (generation: string) => ({
        services: {
          db: {
            ...{ image, environment: { generation } },
            healthcheck: { test: ['CMD', 'true'], interval: '1s' },
            volumes: ['rows:/rows'],
          },
          web: {
            ...{ image, environment: { generation } },
            depends_on: { db: { condition, restart: true } },
          },
        },
        volumes: { rows: {} },
      });
      const web = (generation: string) =>
        inShared('web', ['web'], compose(generation));
      const db = (generation: string) =>
        inShared('db', ['db'], compose(generation));
      await stand.applied(db('one'));
      await stand.applied(web('one'));
      const before = stand.containers();
      expect(await told(web('two'))).toEqual(['update service/web']);
      const watch = await watchEvents(`${project}-db-1`);
      await stand.applied(web('two'));
      expect(withoutProbes(await watch.stop())).toEqual([]);
      const after = stand.containers();
      expect(after['db']).toEqual(before['db']);
      expect(after['web']?.id).not.toBe(before['web']?.id);
      expect(await told(web('two'))).toEqual([]);
      expect(await told(db('two'))).toEqual(['update service/db']);
    },
  );

  it(
    'neighbour-restarted: a service that depends on a changed one of another module is not touched either',
    TIMEOUT,
    async () => {
      const { image } = stand;
      const compose = (generation: string) => ({
        services: {
          cache: { image, environment: { generation } },
          web: {
            image,
            depends_on: {
              cache: { condition: 'service_started', restart: true },
            },
          },
        },
      });
      const cache = (generation: string) =>
        inShared('cache', ['cache'], compose(generation));
      await stand.applied(cache('one'));
      await stand.applied(inShared('web', ['web'], compose('one')));
      const before = stand.started();
      await stand.applied(cache('two'));
      expect(stand.started()['web']).toBe(before['web']);
      expect(stand.started()['cache']).not.toBe(before['cache']);
    },
  );

  it(
    'neighbour-restarted: a service of a stateful module is not touched by one that takes it over',
    TIMEOUT,
    async () => {
      const { image } = stand;
      const compose = (generation: string) => ({
        services: {
          db: { image, environment: { generation } },
          web: { image },
        },
      });
      await stand.applied(inShared('db', ['db'], compose('one')));
      await stand.applied(inShared('web', ['web'], compose('one')));
      const before = stand.containers();
      const taking = inShared('web', ['web', 'db'], compose('two'));
      expect(await told(taking)).toEqual(['update service/db']);
      expect(await stand.apply(taking)).toMatchObject({
        ...{ result: 'refused', finding: { code: 'stateful/blocked' } },
      });
      expect(stand.containers()).toEqual(before);
      // A person who armed it has seen that.
      expect(
        await stand.apply(taking, { armed: true, run: RUN }),
      ).toMatchObject({
        result: 'applied',
      });
    },
  );

  const SERVICES = {
    files: (image: string) => ({
      services: { keep: { image }, drop: { image, volumes: ['data:/data'] } },
      volumes: { data: {} },
    }),
    dropped: (image: string) => ({ services: { keep: { image } } }),
  };

  it.each([
    ['that lists its services', ['keep'], ['keep', 'drop'], ['other']],
    ['that lists none', undefined, undefined, undefined],
  ])(
    'shared-project-orphan: two files, a module %s drops one and the others stay',
    TIMEOUT,
    async (_, now, was, others) => {
      const { image } = stand;
      const other = inOwn('b', { services: { other: { image } } }, others);
      await stand.applied(inOwn('a', SERVICES.files(image), was));
      await stand.applied(other);
      const dropped = inOwn('a', SERVICES.dropped(image), now);
      await expectOneGone(dropped, other);
    },
  );

  it(
    'shared-project-orphan: one file for both, a module drops one and the others stay',
    TIMEOUT,
    async () => {
      const { image } = stand;
      const file = (compose: { services: object }) => ({
        ...compose,
        services: { ...compose.services, other: { image } },
      });
      const before = file(SERVICES.files(image));
      const after = file(SERVICES.dropped(image));
      await stand.applied(inShared('a', ['keep', 'drop'], before));
      await stand.applied(inShared('b', ['other'], before));
      const other = inShared('b', ['other'], after);
      // What its neighbour dropped is none of its business.
      expect(await told(other)).toEqual([]);
      await stand.applied(other);
      expect(Object.keys(stand.started())).toEqual(['drop', 'keep', 'other']);
      await expectOneGone(inShared('a', ['keep'], after), other);
    },
  );

  async function expectOneGone(
    dropped: Parameters<ComposeStand['plan']>[0],
    other: Parameters<ComposeStand['plan']>[0],
  ) {
    const before = stand.started();
    expect(Object.keys(before)).toEqual(['drop', 'keep', 'other']);
    expect(await told(dropped)).toEqual([
      'remove service/drop !',
      'remove volume/data !',
    ]);
    // The driver does what a plan says; whether it may is another question.
    await stand.applied(dropped);
    const { drop: _, ...rest } = before;
    expect(stand.started()).toEqual(rest);
    expect(docker('volume', 'ls', '-q')).toContain(`${stand.project}_data`);
    expect(await told(dropped)).toEqual([]);
    expect(await told(other)).toEqual([]);
  }
});
