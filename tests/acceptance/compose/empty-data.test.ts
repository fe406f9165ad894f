import { existsSync, mkdirSync, readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type ComposeStand,
  openComposeStand,
} from '../../support/compose-stand.ts';
import { docker, hasEngine } from '../../support/engine.ts';
import { hasRedis, redisService } from '../../support/engine-databases.ts';
import { watchEvents, withoutProbes } from '../../support/engine-events.ts';

const ON_HOST = { host_dirs: ['data'], host_files: ['.env'] };

describe.skipIf(!hasEngine || !hasRedis)('a database on the host', () => {
  let stand: ComposeStand;
  let image: string;
  let shared: string;

  beforeEach(async () => {
    stand = await openComposeStand();
    image = (await redisService(stand.project)).image;
    shared = join(stand.host.runtimeRoot, stand.project, 'shared');
    mkdirSync(join(shared, 'data'), { recursive: true });
    stand.keep('.env', 'PASS_WORD=sesame-open\n');
  });

  afterEach(() => stand.close());

  const release = (generation: number, manifest: object = ON_HOST) =>
    stand.release(
      {
        'compose.yaml': {
          services: {
            db: {
              ...{ image, env_file: '.env', environment: { generation } },
              volumes: ['./data:/data'],
              labels: { word: '${PASS_WORD:-none}' },
            },
          },
        },
      },
      { manifest: { ...manifest } },
    );

  const redis = (...words: readonly string[]) =>
    stand.exec('db', 'redis-cli', ...words);

  const keys = () => redis('keys', '*').split('\n').filter(Boolean).sort();

  const refusal = async (...plan: Parameters<ComposeStand['ask']>) => {
    const asked = await stand.ask(...plan);
    return asked.kind === 'refused' ? asked.refusal.code : asked.kind;
  };

  /** After a start it loads what it has; it does not answer before. */
  const untilLoaded = async () => {
    while (stand.containers()['db']?.health !== 'healthy') {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  };

  it('empty-data: rows and .env survive releases, a prune of old ones and restarts', {
    timeout: 240_000,
  }, async () => {
    for (const generation of [1, 2, 3, 4, 5]) {
      await stand.applied(release(generation));
      expect(
        stand.exec('db', 'sh', '-c', 'echo "$generation $PASS_WORD"'),
      ).toBe(`${generation} sesame-open`);
      redis('set', `row-${generation}`, 'kept');
      expect(keys()).toHaveLength(generation);
    }
    const releases = readdirSync(
      join(stand.host.runtimeRoot, stand.project, 'releases'),
    ).filter((name) => !name.includes('.'));
    expect(releases.length).toBeLessThanOrEqual(3);
    expect(keys()).toHaveLength(5);
    docker('restart', '-t', '20', stand.containers()['db']?.id ?? '');
    await untilLoaded();
    expect(keys()).toHaveLength(5);
    docker('compose', '-p', stand.project, 'stop');
    docker('compose', '-p', stand.project, 'start');
    await untilLoaded();
    expect(keys()).toHaveLength(5);
    docker('compose', '-p', stand.project, 'down');
    await stand.applied(release(5));
    expect(keys()).toHaveLength(5);
    expect(existsSync(join(shared, '.env'))).toBe(true);
  });

  it.each(['data', '.env'])(
    'empty-data: %s that is gone from the host is refused, and what runs goes on',
    { timeout: 120_000 },
    async (name) => {
      await stand.applied(release(1));
      redis('set', 'row', 'kept');
      const before = stand.started();
      const planned = await stand.plan(release(2));
      renameSync(join(shared, name), join(shared, 'aside'));
      const watch = await watchEvents(stand.project);
      expect(await refusal(release(2))).toBe('plan/host-file-missing');
      expect(await stand.apply(release(2), { plan: planned })).toMatchObject({
        result: 'refused',
        finding: { code: 'plan/host-file-missing' },
      });
      expect(withoutProbes(await watch.stop())).toEqual([]);
      expect(stand.started()).toEqual(before);
      expect(redis('get', 'row')).toBe('kept');
      renameSync(join(shared, 'aside'), join(shared, name));
      await stand.applied(release(2));
      expect(redis('get', 'row')).toBe('kept');
    },
  );

  it.each<[string, object]>([
    ['data', { host_files: ['.env'] }],
    ['.env', { host_dirs: ['data'] }],
  ])(
    'empty-data: %s that nobody declared is refused',
    { timeout: 120_000 },
    async (_, manifest) => {
      await stand.applied(release(1));
      redis('set', 'row', 'kept');
      const watch = await watchEvents(stand.project);
      expect(await refusal(release(2, manifest))).toBe('plan/unmanaged-bind');
      expect(withoutProbes(await watch.stop())).toEqual([]);
      expect(redis('get', 'row')).toBe('kept');
    },
  );

  it('empty-data: before a first apply nothing is made in its place', async () => {
    renameSync(join(shared, 'data'), join(shared, 'aside'));
    expect(await refusal(release(1))).toBe('plan/host-file-missing');
    expect(existsSync(join(shared, 'data'))).toBe(false);
    expect(stand.containers()).toEqual({});
  });

  it('empty-data: data that would be found elsewhere is destructive', {
    timeout: 120_000,
  }, async () => {
    await stand.applied(release(1));
    mkdirSync(join(shared, 'other'));
    const moved = stand.release(
      {
        'compose.yaml': {
          services: { db: { image, volumes: ['./other:/data'] } },
        },
      },
      { manifest: { host_dirs: ['other'] } },
    );
    const { changes } = await stand.plan(moved);
    expect(changes).toMatchObject([
      { resource: 'service/db', destructive: true },
    ]);
  });
});
