import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Release } from '../../../src/drivers/driver.ts';
import {
  type ComposeStand,
  openComposeStand,
} from '../../support/compose-stand.ts';
import { cutOffIn } from '../../support/cut-off.ts';
import { docker, hasEngine } from '../../support/engine.ts';
import { buildImage } from '../../support/engine-image.ts';

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

    const cutOff = (made: Release, phase: string) =>
      cutOffIn(phase, stand, made);

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
