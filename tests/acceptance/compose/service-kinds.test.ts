import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type ComposeStand,
  openComposeStand,
} from '../../support/compose-stand.ts';
import { docker, hasEngine } from '../../support/engine.ts';
import { watchEvents, withoutProbes } from '../../support/engine-events.ts';

const TIMEOUT = { timeout: 120_000 };

describe.skipIf(!hasEngine)('kinds of services', () => {
  let stand: ComposeStand;

  beforeEach(async () => {
    stand = await openComposeStand();
  });

  afterEach(() => stand.close());

  const release = (
    services: object,
    parts: object = {},
    manifest: object = {},
  ) =>
    stand.release(
      { 'compose.yaml': { services, ...parts } },
      { manifest: { ...manifest } },
    );

  const changes = async (...plan: Parameters<ComposeStand['plan']>) =>
    (await stand.plan(...plan)).changes.map(
      ({ action, destructive, resource }) =>
        `${action} ${resource}${destructive ? ' !' : ''}`,
    );

  describe('a job that ends', () => {
    const job = (command: string, web: object = {}) => {
      const { image } = stand;
      return release(
        {
          migrate: {
            ...{ image, command: ['sh', '-c', command] },
            volumes: ['rows:/rows'],
          },
          web: {
            ...{ image, volumes: ['rows:/rows'], ...web },
            depends_on: {
              migrate: { condition: 'service_completed_successfully' },
            },
          },
        },
        { volumes: { rows: {} } },
        { compose: { oneshot: ['migrate'] } },
      );
    };

    const runs = () => stand.exec('web', 'cat', '/rows/log').split('\n');

    it(
      'is healthy once it ended well, and runs again only when it changes',
      TIMEOUT,
      async () => {
        const first = job('echo one >>/rows/log');
        await stand.applied(first);
        expect(runs()).toEqual(['one']);
        expect(stand.containers()['migrate']).toMatchObject({
          ...{ state: 'exited', exitCode: 0 },
        });
        expect(await stand.plan(first)).toMatchObject({
          ...{ exit_code: 0, health: 'healthy' },
        });
        expect(await stand.apply(first)).toMatchObject({ result: 'noop' });
        expect(runs()).toEqual(['one']);
        const other = job('echo one >>/rows/log', { environment: { A: 'b' } });
        expect(await changes(other)).toEqual(['update service/web']);
        await stand.applied(other);
        expect(runs()).toEqual(['one']);
        const before = stand.started();
        const second = job('echo two >>/rows/log', { environment: { A: 'b' } });
        expect(await changes(second)).toEqual(['update service/migrate']);
        await stand.applied(second);
        expect(runs()).toEqual(['one', 'two']);
        expect(stand.started()['web']).toBe(before['web']);
      },
    );

    it(
      'comes first where what waits for it changes as well',
      TIMEOUT,
      async () => {
        await stand.applied(job('true'));
        const slow = job('sleep 2; echo migrated >>/rows/log', {
          command: ['sh', '-c', 'cat /rows/log >/tmp/seen; exec idle'],
        });
        await stand.applied(slow);
        expect(stand.exec('web', 'cat', '/tmp/seen')).toBe('migrated');
      },
    );

    it('that fails is no success, and is brought back', TIMEOUT, async () => {
      await stand.applied(job('echo one >>/rows/log'));
      const failing = await stand.apply(job('exit 3'));
      expect(failing).toMatchObject({ result: 'rolled_back' });
      expect(stand.containers()['migrate']).toMatchObject({ exitCode: 0 });
    });
  });

  it(
    'without a check of health runs for as long as it is watched',
    TIMEOUT,
    async () => {
      const { image } = stand;
      await stand.applied(release({ web: { image } }));
      const ends = { image, command: ['sh', '-c', 'sleep 1; exit 0'] };
      const failed = await stand.apply(release({ web: ends }));
      expect(failed).toMatchObject({ result: 'rolled_back' });
      expect(stand.containers()['web']?.state).toBe('running');
    },
  );

  it(
    'runs as many as it is told, and leaves those that stay alone',
    TIMEOUT,
    async () => {
      const { image, project } = stand;
      const many = (replicas: number) =>
        release({ web: { image, deploy: { replicas } }, other: { image } });
      const names = () =>
        Object.values(stand.containers()).map(({ name }) => name);
      await stand.applied(many(1));
      const [first] = Object.values(stand.started());
      expect(await changes(many(3))).toEqual(['update service/web']);
      await stand.applied(many(3));
      expect(names()).toEqual([
        `${project}-other-1`,
        ...[1, 2, 3].map((number) => `${project}-web-${number}`),
      ]);
      const before = stand.started();
      expect(Object.values(before)).toContain(first);
      expect(await changes(many(3))).toEqual([]);
      expect(await changes(many(2))).toEqual(['update service/web']);
      await stand.applied(many(2));
      expect(names()).toHaveLength(3);
      expect(before).toMatchObject(stand.started());
      await stand.applied(many(0));
      expect(names()).toEqual([`${project}-other-1`]);
      expect(await stand.plan(many(0))).toMatchObject({
        ...{ exit_code: 0, health: 'healthy' },
      });
    },
  );

  it('may have a container of a name of its own', TIMEOUT, async () => {
    const { image, project } = stand;
    const named = (name: string, generation: string) =>
      release({
        web: {
          ...{ image, environment: { generation } },
          container_name: `${project}-${name}`,
        },
      });
    await stand.applied(named('site', 'one'));
    await stand.applied(named('site', 'two'));
    expect(stand.containers()['web']?.name).toBe(`${project}-site`);
    expect(await changes(named('site', 'two'))).toEqual([]);
    expect(await changes(named('page', 'two'))).toEqual(['update service/web']);
    await stand.applied(named('page', 'two'));
    expect(Object.values(stand.containers()).map(({ name }) => name)).toEqual([
      `${project}-page`,
    ]);
  });

  it(
    'keeps what is in its anonymous volumes through updates',
    TIMEOUT,
    async () => {
      const { image } = stand;
      const web = (generation: string, content: string) =>
        stand.release({
          'compose.yaml': {
            services: {
              web: {
                ...{ image, environment: { generation } },
                volumes: ['/rows', './conf:/conf:ro'],
              },
            },
          },
          'conf/page': content,
        });
      await stand.applied(web('one', 'one'));
      stand.exec('web', 'sh', '-c', 'echo kept >/rows/row');
      // Once because compose sees a change, and once because only we do.
      for (const next of [web('two', 'one'), web('two', 'two')]) {
        const { id } = stand.containers()['web'] ?? {};
        await stand.applied(next);
        expect(stand.containers()['web']?.id).not.toBe(id);
        expect(stand.exec('web', 'cat', '/rows/row')).toBe('kept');
      }
      const failed = await stand.apply(
        release({ web: { image, command: ['false'], volumes: ['/rows'] } }),
      );
      expect(failed).toMatchObject({ result: 'rolled_back' });
      expect(stand.exec('web', 'cat', '/rows/row')).toBe('kept');
    },
  );

  describe('with what is external', () => {
    const external = () => {
      const { image, project } = stand;
      const there = (name: string) => ({
        external: true,
        name: `${project}-${name}`,
      });
      return release(
        { web: { image, volumes: ['rows:/rows'], networks: ['edge'] } },
        { volumes: { rows: there('rows') }, networks: { edge: there('edge') } },
      );
    };

    const make = (kind: string, name: string) =>
      docker(kind, 'create', `${stand.project}-${name}`);

    it('uses it where it is there, and never changes it', TIMEOUT, async () => {
      make('volume', 'rows');
      make('network', 'edge');
      expect(await changes(external())).toEqual(['create service/web']);
      await stand.applied(external());
      stand.exec('web', 'sh', '-c', 'echo kept >/rows/row');
      expect(await changes(external())).toEqual([]);
    });

    it.each([
      ['volume', 'network'],
      ['network', 'volume'],
    ])('is refused where the %s is not there', TIMEOUT, async (kind, other) => {
      make(other, other === 'volume' ? 'rows' : 'edge');
      const watch = await watchEvents(stand.project);
      const asked = await stand.ask(external());
      expect(asked).toMatchObject({
        kind: 'refused',
        refusal: {
          code: 'plan/error',
          remedy: expect.stringContaining(
            `docker ${kind} create ${stand.project}-`,
          ),
        },
      });
      expect(withoutProbes(await watch.stop())).toEqual([]);
    });
  });
});
