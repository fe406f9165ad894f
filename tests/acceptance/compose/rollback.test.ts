import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type ComposeStand,
  openComposeStand,
} from '../../support/compose-stand.ts';
import { docker, hasEngine } from '../../support/engine.ts';
import { watchEvents } from '../../support/engine-events.ts';
import { buildImage, imageId } from '../../support/engine-image.ts';

const BROKEN = ['sh', '-c', 'echo it does not start; exit 3'];

describe.skipIf(!hasEngine)('the way back', { timeout: 120_000 }, () => {
  let stand: ComposeStand;

  beforeEach(async () => {
    stand = await openComposeStand();
  });
  afterEach(() => stand.close());

  const release = (services: object, files = {}) =>
    stand.release(
      {
        'compose.yaml': {
          services: { steady: { image: stand.image }, ...services },
          volumes: { rows: {} },
        },
        ...files,
      },
      { manifest: { health: { timeout: '8s', streak: 2, interval: '1s' } } },
    );

  const web = (image: string) => ({ image, volumes: ['rows:/rows', '/data'] });

  const write = (service: string) =>
    stand.exec(service, 'sh', '-c', 'echo kept | tee /rows/a >/data/a');

  const expectData = (service: string) =>
    expect(stand.exec(service, 'cat', '/rows/a', '/data/a')).toBe('kept\nkept');

  it('rollback-latest: a tag that moved to a broken image runs what it was before', async () => {
    const name = 'web:latest';
    const good = await buildImage(stand.project, name);
    await stand.applied(release({ web: web(good.ref) }));
    write('web');
    const before = stand.started();
    const broken = await buildImage(stand.project, name, { command: BROKEN });
    expect(await stand.plan(release({ web: web(good.ref) }))).toMatchObject({
      changes: [{ resource: 'service/web', action: 'update' }],
    });
    const watch = await watchEvents(stand.project);
    const result = await stand.apply(release({ web: web(good.ref) }));
    const events = await watch.stop();
    expect(result).toMatchObject({
      result: 'rolled_back',
      health: 'healthy',
      finding: { code: 'apply/rolled-back' },
    });
    const told = JSON.stringify(result);
    expect(told).toContain('web exited with status 3');
    expect(told).toContain('it does not start');
    expect(imageId(good.ref)).toBe(broken.id);
    expect(stand.containers()['web']).toMatchObject({
      imageId: good.id,
      state: 'running',
    });
    expectData('web');
    expect(stand.started()['steady']).toBe(before['steady']);
    expect(events.filter(({ type }) => type === 'volume')).not.toContainEqual(
      expect.objectContaining({ action: 'destroy' }),
    );
    // The next image that works is applied as if nothing had happened.
    const fixed = await buildImage(stand.project, name);
    await stand.applied(release({ web: web(good.ref) }));
    expect(stand.containers()['web']).toMatchObject({
      image: good.ref,
      imageId: fixed.id,
    });
    expectData('web');
    expect(await stand.plan(release({ web: web(good.ref) }))).toMatchObject({
      exit_code: 0,
    });
  });

  it('rollback-latest: what was added is gone and what was removed is back, with its data', async () => {
    const good = await buildImage(stand.project, 'web:1');
    const first = release({
      web: web(good.ref),
      old: { ...web(stand.image), container_name: `${stand.project}-name` },
    });
    await stand.applied(first);
    write('old');
    const before = stand.started();
    const broken = await buildImage(stand.project, 'web:2', {
      command: BROKEN,
    });
    const second = (image: string) =>
      release({
        web: web(image),
        added: { image: stand.image },
        // It takes over the name that the removed one had.
        heir: {
          image: stand.image,
          container_name: `${stand.project}-name`,
        },
      });
    const result = await stand.apply(second(broken.ref));
    expect(result).toMatchObject({
      result: 'rolled_back',
      health: 'healthy',
    });
    expect('finding' in result && result.finding.reason).toMatch(
      /back as before: old web; taken away: added heir$/,
    );
    expect(Object.keys(stand.containers()).sort()).toEqual([
      'old',
      'steady',
      'web',
    ]);
    expect(stand.containers()['old']?.name).toBe(`${stand.project}-name`);
    expect(stand.containers()['web']?.image).toBe(good.ref);
    expectData('old');
    expect(stand.started()['steady']).toBe(before['steady']);
    expect(await stand.plan(first)).toMatchObject({ exit_code: 0 });
    await stand.applied(second(good.ref));
    expect(Object.keys(stand.containers()).sort()).toEqual([
      'added',
      'heir',
      'steady',
      'web',
    ]);
    expect(await stand.plan(second(good.ref))).toMatchObject({ exit_code: 0 });
  });

  it('rollback-latest: also where nothing else has the image and its name is gone', async () => {
    const good = await buildImage(stand.project, 'web:1');
    await stand.applied(release({ web: web(good.ref) }));
    const broken = await buildImage(stand.project, 'web:2', {
      command: BROKEN,
    });
    const second = release({ web: web(broken.ref) });
    const plan = await stand.plan(second);
    docker('rmi', '-f', good.ref);
    expect(await stand.apply(second, { plan })).toMatchObject({
      result: 'rolled_back',
    });
    expect(stand.containers()['web']?.imageId).toBe(good.id);
  });

  it('a first apply that fails stops what it created and leaves its volumes', async () => {
    const broken = await buildImage(stand.project, 'web:1', {
      command: BROKEN,
    });
    const result = await stand.apply(release({ web: web(broken.ref) }));
    expect(result).toMatchObject({
      result: 'failed',
      liveTree: null,
      finding: { code: 'apply/failed' },
    });
    expect(stand.containers()).toEqual({});
    const current = join(stand.host.runtimeRoot, stand.project, 'current');
    expect(existsSync(current)).toBe(false);
    docker('volume', 'inspect', `${stand.project}_rows`);
    const fixed = release({ web: web(stand.image) });
    await stand.applied(fixed);
    expect(await stand.plan(fixed)).toMatchObject({ exit_code: 0 });
  });

  it('does not go back where that could lose what was written: a stateful module', async () => {
    const stateful = (image: string) => {
      const made = release({ web: web(image) });
      return { ...made, manifest: { ...made.manifest, stateful: true } };
    };
    await stand.applied(stateful(stand.image));
    const broken = await buildImage(stand.project, 'web:2', {
      command: BROKEN,
    });
    expect(await stand.apply(stateful(broken.ref))).toMatchObject({
      result: 'failed',
      health: 'unhealthy',
    });
    expect(stand.containers()['web']?.imageId).toBe(broken.id);
  });
});
