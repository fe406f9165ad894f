import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type ComposeStand,
  openComposeStand,
} from '../../support/compose-stand.ts';
import { docker, hasEngine } from '../../support/engine.ts';

const TIMEOUT = { timeout: 120_000 };

describe.skipIf(!hasEngine)('services in the container of another one', () => {
  let stand: ComposeStand;

  beforeEach(async () => {
    stand = await openComposeStand();
  });

  afterEach(() => stand.close());

  /** One that is joined in every way there is, and one that is left alone. */
  const release = (generation: string, net = {}) => {
    const { image } = stand;
    return stand.release({
      'compose.yaml': {
        services: {
          vpn: {
            ...{ image, ipc: 'shareable', environment: { generation } },
            volumes: ['kept:/kept', '/own'],
          },
          net: { image, network_mode: 'service:vpn', ...net },
          pid: { image, pid: 'service:vpn' },
          ipc: { image, ipc: 'service:vpn' },
          files: { image, volumes_from: ['vpn'] },
          after: {
            image,
            depends_on: {
              vpn: { condition: 'service_started', restart: true },
            },
          },
          aside: { image, depends_on: ['vpn'] },
        },
        volumes: { kept: {} },
      },
    });
  };

  const changed = async (generation: string) =>
    (await stand.plan(release(generation))).changes.map(
      ({ action, resource }) => `${action} ${resource}`,
    );

  const networks = () =>
    stand.exec('net', 'ip', '-o', 'link').split('\n').length;

  it('are in sync, and follow the one that changes', TIMEOUT, async () => {
    await stand.applied(release('one'));
    stand.exec('files', 'sh', '-c', 'echo a >/kept/a; echo b >/own/b');
    expect(await changed('one')).toEqual([]);
    expect(await changed('two')).toEqual([
      'update service/after',
      'recreate service/files',
      'recreate service/ipc',
      'recreate service/net',
      'recreate service/pid',
      'update service/vpn',
    ]);
    const before = stand.containers();
    await stand.applied(release('two'));
    expect(await changed('two')).toEqual([]);
    expect(networks()).toBe(2);
    const { after, aside, vpn } = stand.containers();
    const joined = `container:${vpn?.id}`;
    const format =
      '{{.HostConfig.NetworkMode}} {{.HostConfig.PidMode}} {{.HostConfig.IpcMode}} {{.HostConfig.VolumesFrom}}';
    const told = ['net', 'pid', 'ipc', 'files'].map((name) =>
      docker('inspect', '--format', format, stand.containers()[name]?.id ?? ''),
    );
    expect(told).toEqual([
      expect.stringContaining(joined),
      expect.stringContaining(joined),
      expect.stringContaining(joined),
      expect.stringContaining(`[${vpn?.id}]`),
    ]);
    expect(stand.exec('files', 'cat', '/kept/a', '/own/b')).toBe('a\nb');
    expect(after?.startedAt).not.toBe(before['after']?.startedAt);
    expect(aside?.startedAt).toBe(before['aside']?.startedAt);
  });

  it(
    'are brought back when that one was started again by hand',
    TIMEOUT,
    async () => {
      await stand.applied(release('one'));
      docker('restart', '-t', '1', stand.containers()['vpn']?.id ?? '');
      expect(networks()).toBe(1);
      const lost = await changed('one');
      expect(lost).toContain('recreate service/net');
      expect(lost).not.toContain('update service/vpn');
      await stand.applied(release('one'));
      expect(networks()).toBe(2);
      expect(await changed('one')).toEqual([]);
    },
  );

  it(
    'are brought back with what they live in by a rollback',
    TIMEOUT,
    async () => {
      await stand.applied(release('one'));
      // Too little for any engine: the second is made anew, this one is not.
      const result = await stand.apply(release('two', { mem_limit: '1m' }));
      expect(result).toMatchObject({ result: 'rolled_back' });
      expect(networks()).toBe(2);
    },
  );
});
