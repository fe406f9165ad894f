import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  containersOf,
  docker,
  hasEngine,
  removeProject,
  uniqueProject,
} from './engine.ts';
import {
  type DatabaseService,
  hasPostgres,
  hasRedis,
  postgresService,
  redisService,
} from './engine-databases.ts';
import { watchEvents, withoutProbes } from './engine-events.ts';
import { buildImage, imageId } from './engine-image.ts';
import { hasRegistry, startRegistry } from './engine-registry.ts';

describe.skipIf(!hasEngine)('the engine of the tests', () => {
  let project: string;
  let folder: string;

  beforeEach(() => {
    project = uniqueProject();
    folder = mkdtempSync(join(tmpdir(), 'apply-gates-engine-'));
  });

  afterEach(() => {
    removeProject(project);
    rmSync(folder, { recursive: true, force: true });
  });

  /** Brings a model up and waits until its checks of health pass. */
  function up(model: object): void {
    const file = join(folder, 'compose.yml');
    writeFileSync(file, JSON.stringify(model));
    docker('compose', '-p', project, '-f', file, 'up', '-d', '--wait');
  }

  it('tells what happened to a project, and leaves nothing of it', async () => {
    const other = uniqueProject();
    const image = await buildImage(project, 'web:1');
    const watch = await watchEvents(project);
    const another = await watchEvents(other);
    up({
      services: { web: { image: image.ref, volumes: ['data:/data'] } },
      volumes: { data: {} },
    });
    const [web, ...rest] = containersOf(project);
    expect(rest).toEqual([]);
    expect(web).toMatchObject({
      service: 'web',
      image: image.ref,
      imageId: image.id,
      state: 'running',
      restartCount: 0,
      mounts: [{ type: 'volume', source: `${project}_data`, target: '/data' }],
    });
    docker('restart', '-t', '10', `${project}-web-1`);
    expect(containersOf(project)[0]?.startedAt).not.toBe(web?.startedAt);
    removeProject(project);
    const told = await watch.stop();
    const actions = (type: string) =>
      told.filter((event) => event.type === type).map(({ action }) => action);
    expect(actions('container')).toEqual(
      expect.arrayContaining(['create', 'start', 'die', 'restart', 'destroy']),
    );
    expect(actions('network')).toContain('destroy');
    expect(actions('volume')).toContain('destroy');
    expect(await another.stop()).toEqual([]);
    expect(containersOf(project)).toEqual([]);
    expect(imageId(image.ref)).toBeUndefined();
  });

  it('moves a name to an image of another id', async () => {
    const first = await buildImage(project, 'web:1', {
      files: { 'srv/version': '1' },
      command: ['sh', '-c', 'cat /srv/version && wget --help'],
    });
    const second = await buildImage(project, 'web:1');
    expect(imageId(first.ref)).toBe(second.id);
    expect(second.id).not.toBe(first.id);
    expect(docker('run', '--rm', '--network', 'none', first.id)).toMatch(/^1/);
  });

  it('sees an image get healthy, and its checks as what they are', async () => {
    const { ref } = await buildImage(project, 'web:1', {
      healthcheck: { test: 'test -e /etc/image' },
    });
    const watch = await watchEvents(project);
    up({ services: { web: { image: ref } } });
    expect(containersOf(project)[0]?.health).toBe('healthy');
    const told = await watch.stop();
    expect(told.map(({ action }) => action)).toContain('health_status');
    const actions = withoutProbes(told).map(({ action }) => action);
    expect(actions.filter((each) => /exec|health/.test(each))).toEqual([]);
    expect(actions).toContain('start');
  });

  it.skipIf(!hasRegistry)('pulls what was pushed to a registry', async () => {
    const registry = await startRegistry();
    try {
      const { id, ref } = await buildImage(project, 'web:1');
      const pushed = registry.push(ref, `${project}/web:1`);
      expect(imageId(pushed.ref)).toBeUndefined();
      docker('rmi', ref);
      expect(imageId(id)).toBeUndefined();
      const watch = await watchEvents(project);
      const before = registry.requests().length;
      docker('pull', '-q', pushed.ref);
      docker('pull', '-q', pushed.pinned);
      expect(imageId(pushed.ref)).toBe(id);
      expect(registry.requests().slice(before)).toContain(
        `HEAD /v2/${project}/web/manifests/1`,
      );
      expect((await watch.stop()).map(({ action }) => action)).toContain(
        'pull',
      );
      docker('rmi', pushed.ref);
    } finally {
      await registry.stop();
    }
  });

  /** Asks in a container of the service, before and after it is made anew. */
  function askAcrossRecreation(
    service: DatabaseService,
    write: readonly string[],
    read: readonly string[],
  ): string {
    const volumes = service.volumes
      .map((each) => each.split(':')[0] ?? '')
      .filter((name) => !name.startsWith('/'));
    const model = (generation: string) => ({
      services: { db: { ...service, environment: { generation } } },
      volumes: Object.fromEntries(volumes.map((name) => [name, {}])),
    });
    up(model('1'));
    docker('exec', `${project}-db-1`, ...write);
    const [before] = containersOf(project);
    up(model('2'));
    expect(containersOf(project)[0]?.id).not.toBe(before?.id);
    return docker('exec', `${project}-db-1`, ...read);
  }

  it.skipIf(!hasRedis)('runs a real Redis', async () => {
    const service = await redisService(project);
    const value = randomUUID();
    const read = ['redis-cli', 'get', 'key'];
    const write = ['redis-cli', 'set', 'key', value];
    expect(askAcrossRecreation(service, write, read)).toBe(value);
    expect(docker('exec', `${project}-db-1`, 'redis-cli', 'ping')).toBe('PONG');
  });

  it.skipIf(!hasPostgres)('runs a real PostgreSQL', async () => {
    // In a folder of the host; Redis above has a volume.
    const rows = join(folder, 'rows');
    mkdirSync(rows);
    const service = await postgresService(project, rows);
    const sql = (text: string) => ['psql', '-qAtc', text];
    const write = sql("create table kept as select 'a row' as line");
    const read = sql('select line from kept');
    expect(askAcrossRecreation(service, write, read)).toBe('a row');
  });
});
