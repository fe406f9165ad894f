import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { attemptName } from '../../../src/drivers/attempt/attempt-name.ts';
import type { Release } from '../../../src/drivers/driver.ts';
import {
  type ComposeStand,
  openComposeStand,
} from '../../support/compose-stand.ts';
import { docker, hasEngine } from '../../support/engine.ts';
import { buildImage } from '../../support/engine-image.ts';
import { signalCompose } from '../../support/engine-moments.ts';

const RUN = { id: '8', number: '8', attempt: '1', url: '' };
const BROKEN = ['sh', '-c', 'exit 3'];

describe.skipIf(!hasEngine)(
  'after an apply that was cut off',
  {
    timeout: 120_000,
  },
  () => {
    let stand: ComposeStand;

    beforeEach(async () => {
      stand = await openComposeStand();
    });
    afterEach(() => stand.close());

    const release = (content: string, services: object = {}) =>
      stand.release(
        {
          'compose.yaml': {
            services: {
              web: { image: stand.image, volumes: ['./www:/www:ro'] },
              ...services,
            },
          },
          'www/page': content,
        },
        { manifest: { health: { timeout: '8s', streak: 2, interval: '1s' } } },
      );

    /** Kills the worker, and what it had started, in a phase of an apply. */
    async function cutOff(made: Release, phase: string): Promise<void> {
      const plan = await stand.plan(made);
      const name = `${attemptName(RUN, plan)}.json`;
      const path = join(stand.host.runtimeRoot, 'attempts', name);
      const applying = stand.apply(made, { plan, run: RUN });
      for (;;) {
        const text = existsSync(path) ? readFileSync(path, 'utf8') : '{}';
        const record = JSON.parse(text);
        if (record.phase === phase) {
          process.kill(record.pid, 'SIGKILL');
          break;
        }
        await delay(2);
      }
      // It may not have begun yet.
      for (let tries = 0; tries < 100; tries += 1) {
        if (signalCompose(stand.project, 'SIGKILL')) break;
        await delay(2);
      }
      expect(await applying).toMatchObject({ result: 'unknown' });
    }

    const served = () => stand.exec('web', 'cat', '/www/page');

    it('cut-off: a container that started again by itself is not taken for one of the old release', async () => {
      await stand.applied(release('old'));
      await cutOff(release('new'), 'applying');
      // As the engine does it after the machine was started again.
      docker('restart', '-t', '5', `${stand.project}-web-1`);
      expect(served()).toBe('new');
      expect(await stand.plan(release('old'))).toMatchObject({ exit_code: 1 });
      await stand.applied(release('old'));
      expect(served()).toBe('old');
      expect(await stand.plan(release('old'))).toMatchObject({ exit_code: 0 });
    });

    it('cut-off: the way back leads to what last ended well, not to the mixture', async () => {
      const good = await buildImage(stand.project, 'api:1');
      const api = (image: string, environment = {}) => ({
        api: { image, environment },
      });
      await stand.applied(release('old', api(good.ref, { EDITION: 'old' })));
      const broken = await buildImage(stand.project, 'api:1', {
        command: BROKEN,
      });
      const second = release('new', api(broken.ref, { EDITION: 'new' }));
      await cutOff(second, 'checking');
      expect(stand.containers()['api']?.imageId).toBe(broken.id);
      // The same once more, and then something else that is as bad.
      const third = release('third', api(broken.ref, { EDITION: 'third' }));
      for (const each of [second, third]) {
        expect(await stand.apply(each)).toMatchObject({
          result: 'rolled_back',
          health: 'healthy',
        });
        expect(served()).toBe('old');
        expect(stand.containers()['api']?.imageId).toBe(good.id);
        expect(stand.exec('api', 'sh', '-c', 'echo $EDITION')).toBe('old');
        await cutOff(second, 'checking');
      }
    });

    it('cut-off: what ended well all the same is where the way back leads next', async () => {
      const with_ = (EDITION: string, command?: string[]) =>
        release('same', {
          api: {
            image: stand.image,
            environment: { EDITION },
            ...(command ? { command } : {}),
          },
        });
      await stand.applied(with_('old'));
      await cutOff(with_('new'), 'checking');
      const result = await stand.apply(with_('new'));
      expect(result).toMatchObject({ result: 'noop', health: 'healthy' });
      expect(await stand.apply(with_('bad', BROKEN))).toMatchObject({
        result: 'rolled_back',
      });
      expect(stand.exec('api', 'sh', '-c', 'echo $EDITION')).toBe('new');
      expect(await stand.plan(with_('new'))).toMatchObject({ exit_code: 0 });
    });

    it('cut-off: a service that only the cut off release had is not forgotten', async () => {
      await stand.applied(release('old'));
      const extra = { extra: { image: stand.image } };
      await cutOff(release('new', extra), 'checking');
      expect(Object.keys(stand.containers())).toContain('extra');
      const third = release('third');
      const plan = await stand.plan(third);
      expect(plan.changes).toMatchObject([
        { resource: 'service/extra', action: 'remove', destructive: true },
        { resource: 'service/web', action: 'recreate' },
      ]);
      await stand.applied(third);
      expect(Object.keys(stand.containers())).toEqual(['web']);
      expect(await stand.plan(third)).toMatchObject({ exit_code: 0 });
    });
  },
);
