import { existsSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HostSession } from '../../../src/host/host-session.ts';
import {
  applyComposeRelease,
  makeComposeRelease,
  planComposeRelease,
} from '../../support/compose-modules.ts';
import {
  containersOf,
  docker,
  hasEngine,
  removeProject,
  uniqueProject,
} from '../../support/engine.ts';
import { buildImage } from '../../support/engine-image.ts';
import { hasRegistry, startRegistry } from '../../support/engine-registry.ts';
import { makeHost, type TestHost } from '../../support/host-modules.ts';

/** A lane plans all modules of a push before it applies the first of them. */
describe.skipIf(!hasEngine)('two modules of one project', () => {
  let host: TestHost;
  let session: HostSession;
  let project: string;
  let image: string;

  beforeEach(async () => {
    host = makeHost();
    session = await host.open();
    project = uniqueProject();
    image = (await buildImage(project, 'web')).ref;
  });

  afterEach(async () => {
    await host.remove();
    removeProject(project);
  });

  /** The module of one of the services `web` and `worker`. */
  const moduleOf = (service: string, tail = {}, worker = {}) =>
    makeComposeRelease({
      id: `${project}-${service}`,
      files: {
        '/compose/both.yaml': JSON.stringify({
          services: {
            web: { image, volumes: ['both:/both', 'own:/own'] },
            worker: {
              ...{ image, volumes: ['both:/both'], depends_on: ['web'] },
              ...worker,
            },
          },
          volumes: { both: {}, own: {} },
          ...tail,
        }),
      },
      manifest: {
        health: { timeout: '6s', streak: 2, interval: '1s' },
        compose: { file: '/compose/both.yaml', project, services: [service] },
      },
    });

  const started = () =>
    containersOf(project).map((each) => [each.service, each.startedAt]);

  it('are applied one after the other, each as it was planned', async () => {
    const releases = ['web', 'worker'].map((name) => moduleOf(name));
    const plans = [];
    for (const release of releases) {
      plans.push(await planComposeRelease(session, release));
    }
    expect(plans[1]).toMatchObject({
      changes: [
        { resource: 'network/default', action: 'create' },
        { resource: 'service/worker', action: 'create' },
        { resource: 'volume/both', action: 'create' },
      ],
    });
    for (const [index, release] of releases.entries()) {
      const plan = plans[index];
      const changes = plan ? { plan } : {};
      expect(
        await applyComposeRelease(session, release, changes),
      ).toMatchObject({ result: 'applied', health: 'healthy' });
    }
    const before = started();
    for (const release of releases) {
      expect(await applyComposeRelease(session, release)).toMatchObject({
        result: 'noop',
      });
    }
    expect(started()).toEqual(before);
  });

  it.skipIf(!hasRegistry)('share an image that neither had', async () => {
    const registry = await startRegistry();
    try {
      image = registry.push(image, `${project}:1`).ref;
      const [web, worker] = [moduleOf('web'), moduleOf('worker')];
      const plans = [
        await planComposeRelease(session, web),
        await planComposeRelease(session, worker),
      ] as const;
      expect(plans[1].changes).toContainEqual(
        expect.objectContaining({ resource: 'image/worker', action: 'pull' }),
      );
      for (const [release, plan] of [
        [web, plans[0]],
        [worker, plans[1]],
      ] as const) {
        expect(
          await applyComposeRelease(session, release, { plan }),
        ).toMatchObject({ result: 'applied' });
      }
    } finally {
      docker('rmi', '-f', image);
      await registry.stop();
    }
  });

  it('are still held to what is their own', async () => {
    await applyComposeRelease(session, moduleOf('web'));
    await applyComposeRelease(session, moduleOf('worker'));
    const release = moduleOf('worker', { 'x-changed': 'yes' });
    const plan = await planComposeRelease(session, release);
    expect(plan).toMatchObject({ exit_code: 0, release_update: true });
    docker('stop', '-t', '0', `${project}-web-1`);
    expect(await applyComposeRelease(session, release, { plan })).toMatchObject(
      { result: 'applied' },
    );
    const again = await planComposeRelease(session, release);
    docker('stop', '-t', '0', `${project}-worker-1`);
    expect(
      await applyComposeRelease(session, release, { plan: again }),
    ).toMatchObject({
      result: 'refused',
      finding: { code: 'apply/plan-changed' },
    });
  });

  it('a first apply that fails leaves nothing, and its neighbour alone', async () => {
    await applyComposeRelease(session, moduleOf('web'));
    const before = started();
    const broken = moduleOf('worker', {}, { command: ['false'] });
    expect(await applyComposeRelease(session, broken)).toMatchObject({
      result: 'failed',
    });
    expect(started()).toEqual(before);
    const base = `${host.runtimeRoot}/${project}-worker`;
    expect(existsSync(`${base}/current`)).toBe(false);
    expect(
      await applyComposeRelease(session, moduleOf('worker')),
    ).toMatchObject({ result: 'applied' });
  });

  it('a volume that a plan saw and that is gone is another plan', async () => {
    docker('volume', 'create', `${project}_both`);
    const release = moduleOf('worker');
    const plan = await planComposeRelease(session, release);
    docker('volume', 'rm', `${project}_both`);
    expect(await applyComposeRelease(session, release, { plan })).toMatchObject(
      { finding: { code: 'apply/plan-changed' } },
    );
    expect(containersOf(project)).toEqual([]);
  });
});
