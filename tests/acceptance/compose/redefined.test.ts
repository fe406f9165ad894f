import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type ComposeStand,
  openComposeStand,
} from '../../support/compose-stand.ts';
import { docker, hasEngine } from '../../support/engine.ts';

const TIMEOUT = { timeout: 120_000 };
const MEMORY = { type: 'tmpfs', device: 'tmpfs' };

describe.skipIf(!hasEngine)('a redefinition', () => {
  let stand: ComposeStand;

  beforeEach(async () => {
    stand = await openComposeStand();
  });

  afterEach(() => stand.close());

  /** A service with a row in a volume, on a network of its own. */
  const release = (changes: {
    readonly volume?: object;
    readonly network?: object;
    readonly services?: object;
  }) => {
    const { image } = stand;
    return stand.release({
      'compose.yaml': {
        services: {
          db: { image, volumes: ['data:/data'], networks: ['back'] },
          other: { image },
          ...changes.services,
        },
        volumes: { data: changes.volume ?? {} },
        networks: { back: changes.network ?? {} },
      },
    });
  };

  const volume = () => `${stand.project}_data`;

  const row = () =>
    docker(
      ...['run', '--rm', '--network=none', '-v', `${volume()}:/data`],
      ...[stand.image, 'cat', '/data/row'],
    );

  const changes = async (...plan: Parameters<ComposeStand['plan']>) =>
    (await stand.plan(...plan)).changes.map(
      ({ action, destructive, resource }) =>
        `${action} ${resource}${destructive ? ' !' : ''}`,
    );

  it.each([
    ['by its labels', { labels: { tier: 'gold' } }, 'update', false],
    ['by its driver', { driver_opts: MEMORY }, 'update', true],
    ['by its name', { name: 'VOLUME-two' }, 'create', false],
  ])(
    'volume-redefined: %s, is destructive in the plan, and its data survives an apply all the same',
    TIMEOUT,
    async (_, defined, action, stays) => {
      await stand.applied(release({}));
      stand.exec('db', 'sh', '-c', 'echo kept >/data/row');
      const text = JSON.stringify(defined).replace('VOLUME', stand.project);
      const redefined = release({ volume: JSON.parse(text) });
      const before = stand.started();
      const told = [
        expect.stringMatching(/service\/db( !)?$/),
        `${action} volume/data !`,
      ];
      expect(await changes(redefined)).toEqual(told);
      expect(stand.started()).toEqual(before);
      await stand.applied(redefined);
      expect(row()).toBe('kept');
      // Compose left the volume as it was, which is no reason to be in sync.
      expect(await changes(redefined)).toEqual(stays ? told : []);
      expect(stand.started()['other']).toBe(before['other']);
    },
  );

  it(
    'network-redefined: is destructive in the plan, and data survives an apply all the same',
    TIMEOUT,
    async () => {
      await stand.applied(release({}));
      stand.exec('db', 'sh', '-c', 'echo kept >/data/row');
      const redefined = release({ network: { internal: true } });
      const before = stand.started();
      expect(await changes(redefined)).toEqual([
        'update network/back !',
        expect.stringMatching(/service\/db( !)?$/),
      ]);
      expect(stand.started()).toEqual(before);
      await stand.applied(redefined);
      expect(row()).toBe('kept');
      expect(await changes(redefined)).toEqual([]);
      expect(stand.started()['other']).toBe(before['other']);
    },
  );
});
