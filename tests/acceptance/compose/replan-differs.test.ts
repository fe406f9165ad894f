import { appendFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Release } from '../../../src/drivers/driver.ts';
import type { Plan } from '../../../src/model/plan.ts';
import {
  type ComposeStand,
  openComposeStand,
} from '../../support/compose-stand.ts';
import { docker, hasEngine } from '../../support/engine.ts';
import { watchEvents, withoutProbes } from '../../support/engine-events.ts';
import { buildImage } from '../../support/engine-image.ts';

describe.skipIf(!hasEngine)(
  'between a plan and its apply',
  {
    timeout: 120_000,
  },
  () => {
    let stand: ComposeStand;
    let moving: string;

    beforeAll(async () => {
      stand = await openComposeStand();
      moving = (await buildImage(stand.project, 'moving')).ref;
      stand.keep('.env', 'GREETING=hello-world\n');
      await stand.applied(release('one'));
    });
    afterAll(() => stand.close());

    const release = (page: string) =>
      stand.release(
        {
          'compose.yaml': {
            services: {
              web: {
                image: stand.image,
                volumes: ['./www:/www:ro', 'rows:/rows'],
                env_file: ['.env'],
              },
              api: { image: moving, volumes: ['./api.conf:/etc/api.conf:ro'] },
            },
            volumes: { rows: {} },
          },
          'www/page': page,
          'api.conf': 'as it is in git',
        },
        { manifest: { host_files: ['.env'] } },
      );

    const name = (service: string) => `${stand.project}-${service}-1`;
    const live = (path: string) =>
      join(
        ...[stand.host.runtimeRoot, stand.project, 'current/modules'],
        ...[stand.project, path],
      );
    const shared = (path: string) =>
      join(stand.host.runtimeRoot, stand.project, 'shared', path);

    const happenings: [string, () => unknown][] = [
      ['a container is stopped by hand', () => docker('stop', name('api'))],
      ['a container is removed', () => docker('rm', '-f', name('api'))],
      [
        'a container is renamed',
        () => docker('rename', name('api'), `${stand.project}-mine`),
      ],
      ['a container is paused', () => docker('pause', name('api'))],
      ['a tag moves', () => buildImage(stand.project, 'moving')],
      ['an image is deleted', () => docker('rmi', '-f', moving)],
      [
        '.env is edited on the host',
        () => writeFileSync(shared('.env'), 'GREETING=another\n'),
      ],
      [
        'a mounted file of the live release is edited',
        () => appendFileSync(live('api.conf'), '# by hand\n'),
      ],
      [
        'a file in a mounted folder of the live release is edited',
        () => appendFileSync(live('www/page'), 'by hand'),
      ],
      [
        'a mounted file of the live release is removed',
        () => rmSync(live('api.conf')),
      ],
      [
        'a service is scaled by hand',
        () =>
          docker(
            ...['run', '-d', '--name', name('api').replace(/1$/, '2')],
            ...['--label', `com.docker.compose.project=${stand.project}`],
            ...['--label', 'com.docker.compose.service=api'],
            ...['--label', 'com.docker.compose.container-number=2'],
            ...['--label', 'com.docker.compose.oneoff=False'],
            // Compose sees none without it.
            ...['--label', 'com.docker.compose.config-hash=0', stand.image],
          ),
      ],
    ];

    async function expectRefused(made: Release, plan: Plan) {
      const watch = await watchEvents(stand.project);
      const before = stand.started();
      const result = await stand.apply(made, { plan });
      const events = withoutProbes(await watch.stop());
      expect(events.map((each) => `${each.action} ${each.name}`)).toEqual([]);
      expect(stand.started()).toEqual(before);
      expect(result).toMatchObject({
        result: 'refused',
        finding: { code: 'apply/plan-changed' },
      });
    }

    it.each(happenings)(
      'replan-differs: %s, then nothing is changed, and the next apply puts it right',
      async (what, happen) => {
        const [made, next] = [release('one'), release('two')];
        const inSync = await stand.plan(made);
        expect(inSync.exit_code).toBe(0);
        const drift = await stand.plan(next);
        expect(drift.exit_code).toBe(1);
        await happen();
        await expectRefused(next, drift);
        if (what.includes('renamed')) {
          docker('rename', `${stand.project}-mine`, name('api'));
          return;
        }
        await expectRefused(made, inSync);
        const plan = await stand.plan(made);
        expect(plan.exit_code).toBe(1);
        if (plan.changes.some(({ action }) => action === 'pull')) {
          await buildImage(stand.project, 'moving');
        }
        await stand.applied(made);
        expect(stand.exec('api', 'cat', '/etc/api.conf')).toBe(
          'as it is in git',
        );
        expect(stand.exec('web', 'cat', '/www/page')).toBe('one');
      },
    );
  },
);
