import { setTimeout as delay } from 'node:timers/promises';
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
} from 'vitest';
import type { HostSession } from '../../../src/host/host-session.ts';
import {
  applyComposeRelease,
  askComposePlan,
  makeComposeRelease,
  planComposeRelease,
} from '../../support/compose-modules.ts';
import { removeProject, uniqueProject } from '../../support/engine.ts';
import { buildImage } from '../../support/engine-image.ts';
import { watchMoments } from '../../support/engine-moments.ts';
import { makeHost, type TestHost } from '../../support/host-modules.ts';
import {
  hasSecondEngine,
  type SecondEngine,
  startSecondEngine,
} from '../../support/second-engine.ts';

describe.skipIf(!hasSecondEngine)(
  'an engine that fails',
  {
    timeout: 180_000,
  },
  () => {
    let engine: SecondEngine;
    let host: TestHost;
    let session: HostSession;
    let project: string;
    let image: string;

    beforeAll(async () => {
      engine = await startSecondEngine();
    });
    afterAll(() => engine.close());

    beforeEach(async () => {
      project = uniqueProject();
      image = (await buildImage(project, 'idle')).ref;
      engine.take(image);
      host = makeHost();
      session = await host.open({ exec: engine.exec });
    });
    afterEach(async () => {
      await host.remove();
      removeProject(project);
    });

    const release = (edition: string) =>
      makeComposeRelease({
        id: project,
        files: {
          'compose.yaml': JSON.stringify({
            services: {
              web: {
                image,
                restart: 'unless-stopped',
                environment: { EDITION: edition },
                volumes: ['./www:/www:ro', '/data'],
              },
              steady: { image },
            },
          }),
          'www/page': edition,
        },
      });

    const names = () =>
      engine
        .docker(
          ...['ps', '-a', '--format', '{{.Names}}'],
          ...['--filter', `label=com.docker.compose.project=${project}`],
        )
        .split('\n')
        .sort();
    const inside = (command: string) =>
      engine.docker('exec', `${project}-web-1`, 'sh', '-c', command);

    it('engine-lost: not there when it is planned, or between plan and apply', async () => {
      const plan = await planComposeRelease(session, release('one'));
      await engine.stop('SIGTERM');
      expect(await askComposePlan(session, release('one'))).toMatchObject({
        kind: 'refused',
        refusal: { code: 'host/engine-unavailable' },
      });
      const result = await applyComposeRelease(session, release('one'), {
        plan,
      });
      expect(result).toMatchObject({
        result: 'refused',
        finding: { code: 'host/engine-unavailable' },
      });
      await engine.start();
      expect(names()).toEqual(['']);
      // The same run has tried it; a new plan is another attempt.
      expect(await applyComposeRelease(session, release('one'))).toMatchObject({
        result: 'applied',
      });
    });

    it('engine-lost: one that hangs is one that does not answer', async () => {
      engine.signal('SIGSTOP');
      try {
        expect(await askComposePlan(session, release('one'))).toMatchObject({
          kind: 'refused',
          refusal: { code: 'host/engine-unavailable' },
        });
      } finally {
        engine.signal('SIGCONT');
      }
    });

    it.each(['SIGKILL', 'SIGTERM'] as const)(
      'engine-restarted: %s midway is taken up again, or back as it was',
      async (signal) => {
        await applyComposeRelease(session, release('first'));
        inside('echo kept >/data/rows');
        for (const point of [1, 5, 7]) {
          const edition = `${signal}-${point}`;
          const plan = await planComposeRelease(session, release(edition));
          const moments = watchMoments(project, engine.client);
          const restarting = moments.reach(point).then(async () => {
            await engine.stop(signal);
            await delay(500);
            await engine.start();
          });
          const result = await applyComposeRelease(session, release(edition), {
            plan,
          });
          await restarting;
          await moments.stop();
          expect(['applied', 'rolled_back']).toContain(result.result);
          if (result.result !== 'applied') {
            await applyComposeRelease(session, release(edition));
          }
          expect(names()).toEqual([`${project}-steady-1`, `${project}-web-1`]);
          expect(inside('echo $EDITION; cat /www/page /data/rows')).toBe(
            `${edition}\n${edition}kept`,
          );
          expect(
            await planComposeRelease(session, release(edition)),
          ).toMatchObject({ exit_code: 0, health: 'healthy' });
        }
      },
    );
  },
);
