import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type ComposeStand,
  openComposeStand,
} from '../../support/compose-stand.ts';
import { hasEngine } from '../../support/engine.ts';
import { buildImage } from '../../support/engine-image.ts';

const TIMEOUT = { timeout: 120_000 };

describe.skipIf(!hasEngine)('a service with a bit of everything', () => {
  let stand: ComposeStand;

  beforeEach(async () => {
    stand = await openComposeStand();
  });

  afterEach(() => stand.close());

  it('is in sync once it is applied', TIMEOUT, async () => {
    const { project } = stand;
    const { ref: image } = await buildImage(project, 'web:1', {
      files: { rows: { folderOf: 0 } },
      healthcheck: { test: 'true' },
    });
    const all = stand.release({
      'compose.yaml': {
        'x-common': { a: 1 },
        services: {
          web: {
            ...{ image, hostname: 'web', init: true, tty: true },
            ...{ user: '0:0', working_dir: '/tmp', read_only: true },
            ...{ cap_drop: ['ALL'], cap_add: ['CHOWN'], privileged: false },
            command: ['sh', '-c', 'echo "$$HOME" <>/dev/null; exec idle'],
            environment: { A: 'a & <b> "c" \\ $$d', EMPTY: '', N: 1 },
            labels: { 'a.b/c': 'x=y', quoted: '"' },
            logging: { driver: 'json-file', options: { 'max-size': '1m' } },
            ports: ['127.0.0.1::8080', { target: 90, mode: 'host' }],
            networks: { front: { aliases: ['www'] }, back: null },
            tmpfs: ['/run'],
            ulimits: { nofile: { soft: 64, hard: 128 } },
            sysctls: { 'net.core.somaxconn': '128' },
            extra_hosts: ['other.example:10.0.0.1'],
            dns: ['10.0.0.2'],
            stop_grace_period: '3s',
            shm_size: '8m',

            deploy: { resources: { limits: { pids: 100, memory: '64m' } } },
            restart: 'unless-stopped',
            volumes: [
              'rows:/kept',
              { type: 'tmpfs', target: '/fast', tmpfs: { size: 1024 } },
              {
                ...{ type: 'bind', source: './conf', target: '/conf' },
                ...{ read_only: true, bind: { create_host_path: false } },
              },
            ],
            healthcheck: { test: ['CMD', 'true'], interval: '1s' },
            secrets: [{ source: 'word', target: 'w', mode: 0o400 }],
          },
          worker: { image, links: ['web:site'] },
        },
        volumes: { rows: { labels: { a: 'b' } } },
        networks: {
          front: { driver_opts: { 'com.docker.network.bridge.name': '' } },
          back: { internal: true },
        },
        secrets: { word: { file: './word' } },
      },
      'conf/page': 'page',
      word: 'word',
    });
    await stand.applied(all);
    expect(await stand.plan(all)).toMatchObject({
      ...{ exit_code: 0, changes: [], health: 'healthy' },
    });
    expect(await stand.apply(all)).toMatchObject({ result: 'noop' });
  });
});
