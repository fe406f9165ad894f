import { existsSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type ComposeStand,
  openComposeStand,
} from '../../support/compose-stand.ts';
import { hasEngine } from '../../support/engine.ts';
import {
  type EngineEvent,
  watchEvents,
  withoutProbes,
} from '../../support/engine-events.ts';
import { listFolder } from '../../support/host-listing.ts';

const tellOf = (events: readonly EngineEvent[]) =>
  withoutProbes(events).map(({ action, name }) => `${action} ${name}`);

describe.skipIf(!hasEngine)(
  'reading is read-only',
  { timeout: 120_000 },
  () => {
    let stand: ComposeStand;

    beforeEach(async () => {
      stand = await openComposeStand();
    });
    afterEach(() => stand.close());

    const files = (more: object = {}, top: object = {}) => ({
      'compose.yaml': {
        services: {
          web: {
            image: stand.image,
            volumes: ['rows:/rows', './www:/www:ro', '/anonymous'],
            networks: ['front'],
            healthcheck: { test: 'true', interval: '1s' },
            ...more,
          },
          api: { image: stand.image },
        },
        volumes: { rows: {} },
        networks: { front: {} },
        ...top,
      },
      'www/page': 'one',
    });

    /** What the engine, and the host below its root, saw of it. */
    async function happensIn(what: () => Promise<unknown>): Promise<string[]> {
      const watch = await watchEvents(stand.project);
      await what();
      return tellOf(await watch.stop());
    }

    it('the first plan of a module makes nothing, on the engine or on the disk', async () => {
      const made = stand.release(files());
      expect(
        await happensIn(async () => {
          expect(await stand.plan(made)).toMatchObject({ exit_code: 1 });
        }),
      ).toEqual([]);
      expect(existsSync(stand.host.runtimeRoot)).toBe(false);
    });

    const CASES: readonly (readonly [string, object, object])[] = [
      ['an image that is not there', { image: 'nobody.invalid/none:1' }, {}],
      ['a pull policy that always pulls', { pull_policy: 'always' }, {}],
      ['something to build', { build: '.' }, {}],
      ['a privileged service', { privileged: true }, {}],
      ['an unset variable', { environment: { A: '${NOBODY_SET_IT}' } }, {}],
      ['a file that is not tracked', { volumes: ['./none:/none'] }, {}],
      [
        'an external network that is not there',
        {},
        { networks: { front: { external: true, name: 'nobody-made-it' } } },
      ],
      [
        'another volume of the same name',
        {},
        {
          volumes: {
            rows: { driver_opts: { type: 'tmpfs', device: 'tmpfs' } },
          },
        },
      ],
      ['no service but one', { scale: 3 }, {}],
    ];

    it('plans and refusals leave no trace, whatever they are about', async () => {
      await stand.applied(stand.release(files()));
      const before = listFolder(stand.host.runtimeRoot);
      for (const [what, more, top] of CASES) {
        const made = stand.release(files(more, top));
        expect(await happensIn(() => stand.ask(made)), what).toEqual([]);
        expect(listFolder(stand.host.runtimeRoot), what).toEqual(before);
      }
    });

    it('an apply of what is in sync runs nothing that changes anything', async () => {
      const made = stand.release(files());
      await stand.applied(made);
      const before = listFolder(stand.host.runtimeRoot);
      expect(
        await happensIn(async () => {
          expect(await stand.plan(made)).toMatchObject({ exit_code: 0 });
          expect(await stand.apply(made)).toMatchObject({
            result: 'noop',
            health: 'healthy',
            restarts: 0,
          });
        }),
      ).toEqual([]);
      const news = listFolder(stand.host.runtimeRoot).filter(
        (line) => !before.includes(line),
      );
      // Its own record, and nothing else.
      expect(news.every((line) => line.startsWith('attempts'))).toBe(true);
    });

    it('a new release that changes nothing that runs is flipped to, the images are named for the way back, and no more', async () => {
      await stand.applied(stand.release(files()));
      const next = stand.release({ ...files(), 'README.md': 'new words' });
      const before = stand.started();
      const happened = await happensIn(async () => {
        expect(await stand.apply(next)).toMatchObject({
          result: 'applied',
          releaseOnly: true,
        });
      });
      const named = happened.filter((each) =>
        /^tag apply-gates\/\w+-images:[^ ]+\.(?:api|web)$/.test(each),
      );
      expect(happened).toEqual(named);
      expect(named).toHaveLength(2);
      expect(stand.started()).toEqual(before);
      expect(await stand.apply(next)).toMatchObject({ result: 'noop' });
    });
  },
);
