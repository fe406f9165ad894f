import { describe, expect, it } from 'vitest';
import {
  type AppService,
  bindMount,
  checkApp,
  type ModelGiven,
} from '../../../../tests/support/checked-app.ts';

const BASE = '/opt/apply-gates/web';
const CURRENT = `${BASE}/current/modules/web`;
const codes = (app: AppService, given: ModelGiven = {}) =>
  checkApp(app, given).map(({ code }) => code);

const VOLUME = { volumes: [{ type: 'volume', source: 'v', target: '/v' }] };

describe('sacred has no exception', () => {
  const sacred = ['/srv/sacred/db', '/var/lib/docker/volumes/web_v'];
  it.each<[string, AppService]>([
    ['the path', bindMount('/srv/sacred/db')],
    ['a path inside', bindMount('/srv/sacred/db/x')],
    ['a path above', bindMount('/srv')],
    ['all of the host', bindMount('/')],
    ['a detour', bindMount('/srv/x/../sacred//db/')],
    ['a device', { devices: [{ source: '/srv/sacred/db', target: '/d' }] }],
    ['the volume', VOLUME],
    ['a config', { configs: [{ source: 'c' }] }],
    ['a secret', { secrets: [{ source: 's' }] }],
  ])('%s', (_, app) => {
    const model = {
      volumes: { v: { name: 'web_v' } },
      configs: { c: { name: 'c', file: '/srv/sacred/db/x' } },
      secrets: { s: { name: 's', file: '/srv/sacred/db' } },
    };
    const accepts = ['/srv', 'privileged', 'docker-socket'] as const;
    expect(codes(app, { sacred, model, accepts: [...accepts] })).toContain(
      'plan/sacred',
    );
    expect(codes(app, { sacred, model })).toEqual(['plan/sacred']);
  });

  it('nothing else is sacred', () => {
    const accepts = ['/srv/sacred' as const];
    expect(codes(bindMount('/srv/sacred/db2'), { sacred, accepts })).toEqual(
      [],
    );
  });

  it('what lives on the host is, where it lives', () => {
    const inside = {
      sacred: [`${BASE}/shared/data`],
      manifest: 'host_dirs: [data]',
    };
    expect(codes(bindMount(`${CURRENT}/data`), inside)).toEqual([
      'plan/sacred',
    ]);
  });
});

describe('what only a resolved path shows', () => {
  const host = { manifest: 'host_files: [.env]\nhost_dirs: [data]' };
  it.each([
    [`${CURRENT}/conf`, 0],
    [`${CURRENT}/conf/a.conf`, 0],
    [`${CURRENT}/data/x`, 0],
    [`${CURRENT}/.env`, 0],
    [`${CURRENT}/db`, 1],
    [CURRENT, 1],
    [`${BASE}/current`, 1],
    [`${BASE}/current/elsewhere`, 1],
  ])('%s', (path, count) => {
    const contents = {
      model: {
        volumes: { v: { name: 'v', driver_opts: { device: path } } },
        secrets: { s: { name: 's', file: path } },
      },
    };
    const isTracked = path.includes('/conf');
    for (const app of [
      bindMount(path),
      ...(isTracked ? [] : [VOLUME]),
      { secrets: [{ source: 's' }] },
    ]) {
      const found = codes(app, { ...host, ...contents });
      expect(found).toEqual(Array(count).fill('plan/unmanaged-bind'));
    }
  });

  it('tracked content behind a volume would stay that of an old release', () => {
    const driver_opts = { type: 'none', o: 'bind', device: `${CURRENT}/conf` };
    const found = checkApp(VOLUME, {
      ...host,
      model: { volumes: { v: { name: 'v', driver_opts } } },
    });
    expect(found).toMatchObject([
      {
        code: 'plan/unmanaged-bind',
        reason: expect.stringContaining('behind a volume'),
      },
    ]);
  });

  it("the old folder of an adopted project is the first file's", () => {
    const manifest = `${host.manifest}\ncompose: {project_directory: /opt/old}`;
    const adopted = { manifest };
    expect(codes(bindMount('/opt/old/data'), adopted)).toEqual([]);
    expect(codes(bindMount('/opt/old/db'), adopted)).toEqual([
      'plan/unmanaged-bind',
    ]);
    expect(codes(bindMount('/opt/old/../db'), adopted)).toEqual([
      'plan/host-access',
    ]);
  });

  it('build by a variable', () => {
    expect(codes({ build: '?' })).toEqual(['plan/build-unsupported']);
    expect(codes({ pull_policy: 'build' })).toEqual(['plan/build-unsupported']);
  });
});
