import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import {
  type ModelOptions,
  makeComposeFacts,
} from '../../../tests/support/compose-facts.ts';
import {
  makeComposeSubject,
  type SubjectOptions,
} from '../../../tests/support/compose-subject.ts';
import { policySchema } from '../../model/policy.ts';
import { checkModel } from './check-model.ts';

const BASE = '/opt/apply-gates/web';
const CURRENT = `${BASE}/current/modules/web`;
const TRACKED = ['modules/web/compose.yaml', 'modules/web/conf/a.conf'];

type Service = ModelOptions['services'][string];

interface Given extends SubjectOptions {
  readonly masks?: readonly string[];
  readonly model?: Partial<ModelOptions>;
}

/** As a policy has them: what it would not take is no remedy. */
function acceptable(words: readonly string[]) {
  const hosts = { here: { transport: 'local' } };
  const allow_host_access = { web: words };
  const policy = policySchema.parse({ schema: 1, hosts, allow_host_access });
  return policy.allow_host_access['web'] ?? [];
}

/** Findings of the service `app`, beside a service `db`. */
function check(app: Service, given: Given = {}) {
  const model = {
    ...given.model,
    services: {
      app: { image: 'app:1', ...app },
      db: { image: 'db:1' },
      ...given.model?.services,
    },
  };
  const facts = makeComposeFacts({ model, masks: given.masks ?? [] });
  return checkModel(facts.model, makeComposeSubject(given), TRACKED);
}

const codes = (app: Service, given: Given = {}) =>
  check(app, given).map(({ code }) => code);

const bind = (source: string) => ({
  volumes: [{ type: 'bind', source, target: '/x' }],
});
const volume = (definition: Record<string, unknown>) => ({
  app: { volumes: [{ type: 'volume', source: 'v', target: '/v' }] },
  given: { model: { volumes: { v: { name: 'web_v', ...definition } } } },
});

describe('host-escape: what the policy has to know', () => {
  it.each<[Service, string]>([
    [{ privileged: true }, 'privileged'],
    [{ use_api_socket: true }, 'docker-socket'],
    [{ pid: 'host' }, 'host-pid'],
    [{ ipc: 'host' }, 'host-ipc'],
    [{ uts: 'host' }, 'host-uts'],
    [{ userns_mode: 'host' }, 'host-userns'],
    [{ cgroup: 'host' }, 'host-cgroup'],
    [{ cgroup_parent: '/x' }, 'host-cgroup'],
    [{ network_mode: 'host' }, 'host-net'],
    [{ cap_add: ['NET_ADMIN'] }, 'cap:NET_ADMIN'],
    [{ cap_add: ['cap_sys_admin'] }, 'cap:SYS_ADMIN'],
    [{ cap_add: ['ALL'] }, 'cap:ALL'],
    [
      { security_opt: ['seccomp:unconfined'] },
      'security-opt:seccomp:unconfined',
    ],
    [{ security_opt: ['label=disable'] }, 'security-opt:label=disable'],
    [{ security_opt: ['seccomp=./p.json'] }, 'security-opt:seccomp=./p.json'],
    [{ device_cgroup_rules: ['c 1:3 mr'] }, 'privileged'],
    [{ devices: [{ source: '/dev/dri', target: '/dev/dri' }] }, '/dev/dri'],
    [{ devices: [{ source: 'nvidia.com/gpu=all' }] }, 'gpus'],
    [{ devices: [{ source: 'vendor.com/x=y' }] }, 'privileged'],
    [{ gpus: '?' }, 'gpus'],
    [
      {
        deploy: {
          resources: {
            reservations: { devices: [{ capabilities: ['gpu'], count: -1 }] },
          },
        },
      },
      'gpus',
    ],
    [{ runtime: 'nvidia' }, 'runtime:nvidia'],
    [bind('/var/run/docker.sock'), 'docker-socket'],
    [bind('/run//docker.sock/'), 'docker-socket'],
    [bind('/run/x/../docker.sock'), 'docker-socket'],
    [bind('/run/containerd/containerd.sock'), 'docker-socket'],
    [bind('/run/user/1000/docker.sock'), 'docker-socket'],
    [bind('/srv/media'), '/srv/media'],
    [bind('/srv/media/'), '/srv/media'],
    [bind('/srv/a/../media'), '/srv/media'],
    [bind(`${BASE}/current/../shared`), `${BASE}/shared`],
    [bind(`${BASE}`), BASE],
    [bind('/opt/apply-gates/other/current'), '/opt/apply-gates/other/current'],
  ])('%j: %s', (app, word) => {
    const found = check(app);
    expect(found.map(({ code }) => code)).toEqual(['plan/host-access']);
    const line = found[0]?.remedy.split('allow_host_access: ')[1] ?? '';
    expect(parse(line)).toEqual({ web: [word] });
    expect(
      check(app, { accepts: ['host-pid', 'cap:SYS_PTRACE'] }),
    ).toHaveLength(word === 'host-pid' ? 0 : 1);
    const accepts = acceptable([word]);
    expect(check(app, { accepts })).toEqual([]);
  });

  it.each<[Service]>([
    [{ privileged: false, pid: '', ipc: 'private', cgroup: 'private' }],
    [{ pid: 'service:db', ipc: 'service:db', network_mode: 'service:db' }],
    [{ network_mode: 'none' }],
    [{ volumes_from: ['db:ro'] }],
    [{ cap_add: ['CHOWN', 'CAP_NET_BIND_SERVICE', 'setuid'] }],
    [{ security_opt: ['no-new-privileges:true', 'no-new-privileges'] }],
    [{ runtime: 'runc', user: 'root', group_add: ['docker'] }],
    [{ ports: [{ target: 80 }], external_links: ['x'], develop: '?' }],
    [{ healthcheck: { disable: true }, post_start: '?', pre_stop: '?' }],
    [{ volumes: [{ type: 'tmpfs', target: '/t' }] }],
    [{ volumes: [{ type: 'image', source: 'a', target: '/t' }] }],
    [{ volumes: [{ type: 'volume', target: '/t' }] }],
    [{ deploy: { replicas: 2 } }],
  ])('%j asks for nothing', (app) => {
    expect(check(app)).toEqual([]);
  });

  it.each<[Service]>([
    [{ pid: 'container:x' }],
    [{ ipc: 'service:other' }],
    [{ network_mode: 'container:x' }],
    [{ network_mode: 'service:other' }],
    [{ volumes_from: ['container:x'] }],
    [{ volumes_from: ['other:ro'] }],
    [{ provider: '?' }],
    [{ models: '?' }],
    [{ credential_spec: { file: 'x' } }],
    [{ something_new: '?' }],
    [bind('/')],
    [bind('/srv/..')],
    [{ volumes: [{ type: 'npipe', source: 'x', target: '/z' }] }],
    [{ volumes: [{ type: 'cluster', source: 'x', target: '/z' }] }],
    [{ volumes: [{ type: 'bind', source: 'x', target: '/z' }] }],
  ])('%j is accepted by nothing', (app) => {
    const found = check(app, { accepts: ['privileged', 'gpus', '/srv'] });
    expect(new Set(found.map(({ code }) => code))).toEqual(
      new Set(['plan/host-access']),
    );
  });

  it.each(['/run', '/var/run', '/run/user/1000', '/run/containerd'])(
    'the folder %s is accepted with its socket only',
    (folder) => {
      const accepts = (...words: SubjectOptions['accepts'] & {}) =>
        codes(bind(folder), { accepts: words }).length;
      expect(accepts()).toBe(2);
      expect(accepts(folder)).toBe(1);
      expect(accepts('docker-socket')).toBe(1);
      expect(accepts('docker-socket', folder)).toBe(0);
    },
  );

  it('a network with the name of the host is the host', () => {
    const networks = { n: { name: 'host', external: true } };
    const app = { networks: { n: null } };
    expect(codes(app, { model: { networks } })).toEqual(['plan/host-access']);
    const own = { host: { name: 'web_host' } };
    expect(
      codes({ networks: { host: null } }, { model: { networks: own } }),
    ).toEqual([]);
  });

  it('a path accepts what is below it, and nothing beside it', () => {
    const accepts = ['/srv/media' as const];
    expect(codes(bind('/srv/media/films'), { accepts })).toEqual([]);
    expect(codes(bind('/srv/media2'), { accepts })).toHaveLength(1);
    expect(codes(bind('/srv'), { accepts })).toHaveLength(1);
    expect(codes(bind('/srv/media/../x'), { accepts })).toHaveLength(1);
  });

  it('privileged is all rights, and no path', () => {
    const app = {
      cap_add: ['SYS_ADMIN'],
      security_opt: ['apparmor=unconfined'],
      devices: [{ source: '/dev/kvm', target: '/dev/kvm' }],
    };
    expect(codes(app, { accepts: ['privileged'] })).toEqual([]);
    expect(codes(bind('/srv'), { accepts: ['privileged'] })).toHaveLength(1);
  });

  it('each remedy has the one line that accepts all of it', () => {
    const app = { ...bind('/srv/x'), pid: 'host', cap_add: ['NET_ADMIN'] };
    for (const { remedy } of check(app, { accepts: ['gpus'] })) {
      expect(remedy).toContain('web: [gpus, cap:NET_ADMIN, host-pid, /srv/x]');
    }
  });

  it("a neighbour's services are judged with their module", () => {
    const model = { services: { next: { privileged: true, build: '?' } } };
    const manifest = 'compose: {services: [app]}';
    expect(codes({}, { model, manifest })).toEqual([]);
    expect(codes({ pid: 'service:db' }, { model, manifest })).toHaveLength(1);
    expect(codes({}, { model })).toHaveLength(2);
  });
});

describe('volumes of drivers', () => {
  it.each<[Record<string, unknown>, string | undefined]>([
    [{}, undefined],
    [{ driver: 'local' }, undefined],
    [{ external: true }, undefined],
    [{ driver_opts: { type: 'tmpfs', device: 'tmpfs' } }, undefined],
    [{ driver_opts: { type: 'nfs', device: ':/export' } }, undefined],
    [{ driver_opts: { type: 'nfs4', device: 'nas:/export' } }, undefined],
    [{ driver_opts: { type: 'none', device: '/srv/x' } }, '/srv/x'],
    [{ driver_opts: { device: '/srv/x' } }, '/srv/x'],
    [{ driver_opts: { type: 'nfs', device: '/srv/x' } }, '/srv/x'],
    [{ driver_opts: { type: 'tmpfs', device: '/srv/x' } }, '/srv/x'],
    [{ driver_opts: { type: 'ext4', device: '/dev/sdb1' } }, '/dev/sdb1'],
    [{ driver_opts: { type: 'cifs', device: '//nas/x' } }, '/nas/x'],
    [{ driver: 'rclone' }, 'volume-driver:rclone'],
    [{ driver_opts: { type: 'overlay', device: 'overlay' } }, ''],
    [{ driver_opts: { type: 'proc', device: 'proc' } }, ''],
    [{ driver_opts: { type: 'none', device: 'etc' } }, ''],
    [{ driver_opts: { type: 'nfs', device: '../etc' } }, ''],
    [{ driver_opts: { type: 'tmpfs', device: 'etc' } }, ''],
    [{ driver_opts: { type: 'fuse.sshfs', device: '/etc' } }, ''],
  ])('%j', (definition, word) => {
    const { app, given } = volume(definition);
    const found = check(app, given);
    expect(found).toHaveLength(word === undefined ? 0 : 1);
    if (word) expect(found[0]?.remedy).toContain(`web: [${word}]`);
    if (word === '') expect(found[0]?.remedy).not.toContain('web: [');
  });
});

describe('sacred has no exception', () => {
  const sacred = ['/srv/sacred/db', '/var/lib/docker/volumes/web_v'];
  it.each<[string, Service]>([
    ['the path', bind('/srv/sacred/db')],
    ['a path inside', bind('/srv/sacred/db/x')],
    ['a path above', bind('/srv')],
    ['all of the host', bind('/')],
    ['a detour', bind('/srv/x/../sacred//db/')],
    ['a device', { devices: [{ source: '/srv/sacred/db', target: '/d' }] }],
    ['the volume', volume({}).app],
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
    expect(codes(bind('/srv/sacred/db2'), { sacred, accepts })).toEqual([]);
  });

  it('what lives on the host is, where it lives', () => {
    const inside = {
      sacred: [`${BASE}/shared/data`],
      manifest: 'host_dirs: [data]',
    };
    expect(codes(bind(`${CURRENT}/data`), inside)).toEqual(['plan/sacred']);
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
    for (const app of [
      bind(path),
      volume({}).app,
      { secrets: [{ source: 's' }] },
    ]) {
      const found = codes(app, { ...host, ...contents });
      expect(found).toEqual(Array(count).fill('plan/unmanaged-bind'));
    }
  });

  it("the old folder of an adopted project is the first file's", () => {
    const manifest = `${host.manifest}\ncompose: {project_directory: /opt/old}`;
    const adopted = { manifest };
    expect(codes(bind('/opt/old/data'), adopted)).toEqual([]);
    expect(codes(bind('/opt/old/db'), adopted)).toEqual([
      'plan/unmanaged-bind',
    ]);
    expect(codes(bind('/opt/old/../db'), adopted)).toEqual([
      'plan/host-access',
    ]);
  });

  it('build by a variable', () => {
    expect(codes({ build: '?' })).toEqual(['plan/build-unsupported']);
    expect(codes({ pull_policy: 'build' })).toEqual(['plan/build-unsupported']);
  });
});

it('compose-config-leak: a value of a host file is in no finding', () => {
  const secret = 'hunter2-secret';
  const app = {
    ...bind(`/srv/${secret}`),
    pid: `container:${secret}`,
    cap_add: [secret],
    security_opt: [secret],
    runtime: secret,
    devices: [{ source: `/dev/${secret}` }, { source: secret }],
    network_mode: `service:${secret}`,
    device_cgroup_rules: [secret],
    volumes_from: [secret],
    secrets: [{ source: 's' }, { source: 't' }],
    configs: [{ source: 'c' }],
    cgroup_parent: secret,
  };
  const model = {
    secrets: {
      s: { name: 's', file: `${CURRENT}/${secret}` },
      t: { name: 't', file: `${BASE}/current/${secret}` },
    },
    configs: { c: { name: 'c', file: `/run/${secret}/docker.sock` } },
  };
  const found = check(app, { model, masks: [secret] });
  expect(found.length).toBeGreaterThan(12);
  expect(JSON.stringify(found)).not.toContain('hunter2');
});

it('no detour leads to a path that is not accepted', () => {
  const segment = fc.constantFrom(
    '..',
    '.',
    '',
    'srv',
    'ok',
    'etc',
    'ü',
    'run',
  );
  fc.assert(
    fc.property(fc.array(segment, { maxLength: 8 }), (segments) => {
      const path = `/srv/ok/${segments.join('/')}`;
      const { pathname } = new URL(`file://${path.replace(/\/+/g, '/')}`);
      const isBelow = /^\/srv\/ok(?:\/|$)/.test(pathname);
      const found = codes(bind(path), { accepts: ['/srv/ok'] });
      expect(found.length === 0, path).toBe(isBelow);
    }),
    { numRuns: 300 },
  );
});
