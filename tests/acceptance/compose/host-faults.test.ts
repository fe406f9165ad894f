import { once } from 'node:events';
import { utimesSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type ComposeStand,
  openComposeStand,
} from '../../support/compose-stand.ts';
import { hasEngine } from '../../support/engine.ts';
import { watchEvents, withoutProbes } from '../../support/engine-events.ts';

const DAY = 24 * 60 * 60;

describe.skipIf(!hasEngine)(
  'a host that is not as one would like',
  {
    timeout: 120_000,
  },
  () => {
    let stand: ComposeStand;

    beforeEach(async () => {
      stand = await openComposeStand();
    });
    afterEach(() => stand.close());

    const release = (web: object, files: object = {}, top: object = {}) =>
      stand.release({
        'compose.yaml': {
          services: {
            web: { image: stand.image, ...web },
            steady: { image: stand.image },
          },
          ...top,
        },
        ...files,
      });

    it('port-taken: by something else, then it is as it was, and says why', async () => {
      await stand.applied(release({}));
      const before = stand.started();
      const server = createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      const address = server.address();
      const port = typeof address === 'object' ? address?.port : 0;
      const wanted = release({ ports: [`127.0.0.1:${port}:80`] });
      const result = await stand.apply(wanted);
      server.close();
      expect(result).toMatchObject({
        result: 'rolled_back',
        health: 'healthy',
        finding: { code: 'apply/rolled-back' },
      });
      expect('finding' in result && result.finding.reason).toMatch(
        /address already in use|port is already allocated/,
      );
      expect(stand.started()['steady']).toBe(before['steady']);
      expect(await stand.plan(release({}))).toMatchObject({ exit_code: 0 });
      await stand.applied(wanted);
    });

    it.each<[string, object, object]>([
      ['of a service', { invented_in_the_future: true }, {}],
      ['at the top', {}, { invented_in_the_future: {} }],
      [
        'inside one that is known',
        { deploy: { invented_in_the_future: 1 } },
        {},
      ],
    ])(
      'newer-file: a key %s that this compose does not know is refused when it is planned',
      async (_, web, top) => {
        const watch = await watchEvents(stand.project);
        const asked = await stand.ask(release(web, {}, top));
        expect(withoutProbes(await watch.stop())).toEqual([]);
        expect(asked.kind).toBe('refused');
        expect(JSON.stringify(asked)).toContain('invented_in_the_future');
      },
    );

    it.each([
      ['a day ahead', DAY],
      ['a day behind', -DAY],
    ])('clock-off: files of a host whose clock was %s', async (_, seconds) => {
      const content = (page: string) => ({ 'www/page': page });
      const mounting = { volumes: ['./www:/www:ro'] };
      await stand.applied(release(mounting, content('one')));
      const made = new Date(Date.now() + seconds * 1000);
      const root = join(stand.host.runtimeRoot, stand.project);
      const files = ['www', 'www/page'].map((path) =>
        join(root, 'current/modules', stand.project, path),
      );
      for (const place of [
        ...files,
        join(root, 'current'),
        join(root, 'mounted'),
      ]) {
        utimesSync(place, made, made);
      }
      expect(await stand.plan(release(mounting, content('one')))).toMatchObject(
        {
          exit_code: 0,
        },
      );
      await stand.applied(release(mounting, content('two')));
      expect(stand.exec('web', 'cat', '/www/page')).toBe('two');
      expect(await stand.plan(release(mounting, content('two')))).toMatchObject(
        {
          exit_code: 0,
        },
      );
    });
  },
);
