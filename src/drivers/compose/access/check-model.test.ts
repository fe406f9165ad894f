import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import {
  type AppService,
  bindMount,
  checkApp,
  type ModelGiven,
} from '../../../../tests/support/checked-app.ts';
import type { SubjectOptions } from '../../../../tests/support/compose-subject.ts';
import { policySchema } from '../../../model/policy.ts';

const BASE = '/opt/apply-gates/web';
const CURRENT = `${BASE}/current/modules/web`;
/** As a policy has them: what it would not take is no remedy. */
function acceptable(words: readonly string[]) {
  const hosts = { here: { transport: 'local' } };
  const allow_host_access = { web: words };
  const policy = policySchema.parse({ schema: 1, hosts, allow_host_access });
  return policy.allow_host_access['web'] ?? [];
}

const codes = (app: AppService, given: ModelGiven = {}) =>
  checkApp(app, given).map(({ code }) => code);

const volume = (definition: Record<string, unknown>) => ({
  app: { volumes: [{ type: 'volume', source: 'v', target: '/v' }] },
  given: { model: { volumes: { v: { name: 'web_v', ...definition } } } },
});

describe('host-escape: what the policy has to know', () => {
  it.each<[AppService, string]>([
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
    [bindMount('/var/run/docker.sock'), 'docker-socket'],
    [bindMount('/run//docker.sock/'), 'docker-socket'],
    [bindMount('/run/x/../docker.sock'), 'docker-socket'],
    [bindMount('/run/containerd/containerd.sock'), 'docker-socket'],
    [bindMount('/run/user/1000/docker.sock'), 'docker-socket'],
    [bindMount('/srv/media'), '/srv/media'],
    [bindMount('/srv/media/'), '/srv/media'],
    [bindMount('/srv/a/../media'), '/srv/media'],
    [bindMount(`${BASE}/current/../shared`), `${BASE}/shared`],
    [bindMount(`${BASE}`), BASE],
    [
      bindMount('/opt/apply-gates/other/current'),
      '/opt/apply-gates/other/current',
    ],
  ])('%j: %s', (app, word) => {
    const found = checkApp(app);
    expect(found.map(({ code }) => code)).toEqual(['plan/host-access']);
    const line = found[0]?.remedy.split('allow_host_access: ')[1] ?? '';
    expect(parse(line)).toEqual({ web: [word] });
    expect(
      checkApp(app, { accepts: ['host-pid', 'cap:SYS_PTRACE'] }),
    ).toHaveLength(word === 'host-pid' ? 0 : 1);
    const accepts = acceptable([word]);
    expect(checkApp(app, { accepts })).toEqual([]);
  });

  it.each<[AppService]>([
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
    expect(checkApp(app)).toEqual([]);
  });

  it.each<[AppService]>([
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
    [bindMount('/')],
    [bindMount('/srv/..')],
    [{ volumes: [{ type: 'npipe', source: 'x', target: '/z' }] }],
    [{ volumes: [{ type: 'cluster', source: 'x', target: '/z' }] }],
    [{ volumes: [{ type: 'bind', source: 'x', target: '/z' }] }],
  ])('%j is accepted by nothing', (app) => {
    const found = checkApp(app, { accepts: ['privileged', 'gpus', '/srv'] });
    expect(new Set(found.map(({ code }) => code))).toEqual(
      new Set(['plan/host-access']),
    );
  });

  it.each(['/run', '/var/run', '/run/user/1000', '/run/containerd'])(
    'the folder %s is accepted with its socket only',
    (folder) => {
      const accepts = (...words: SubjectOptions['accepts'] & {}) =>
        codes(bindMount(folder), { accepts: words }).length;
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
    expect(codes(bindMount('/srv/media/films'), { accepts })).toEqual([]);
    expect(codes(bindMount('/srv/media2'), { accepts })).toHaveLength(1);
    expect(codes(bindMount('/srv'), { accepts })).toHaveLength(1);
    expect(codes(bindMount('/srv/media/../x'), { accepts })).toHaveLength(1);
  });

  it('privileged is all rights, and no path', () => {
    const app = {
      cap_add: ['SYS_ADMIN'],
      security_opt: ['apparmor=unconfined'],
      devices: [{ source: '/dev/kvm', target: '/dev/kvm' }],
    };
    expect(codes(app, { accepts: ['privileged'] })).toEqual([]);
    expect(codes(bindMount('/srv'), { accepts: ['privileged'] })).toHaveLength(
      1,
    );
  });

  it('each remedy has the one line that accepts all of it', () => {
    const app = { ...bindMount('/srv/x'), pid: 'host', cap_add: ['NET_ADMIN'] };
    for (const { remedy } of checkApp(app, { accepts: ['gpus'] })) {
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
    const found = checkApp(app, given);
    expect(found).toHaveLength(word === undefined ? 0 : 1);
    if (word) expect(found[0]?.remedy).toContain(`web: [${word}]`);
    if (word === '') expect(found[0]?.remedy).not.toContain('web: [');
  });
});

it('compose-config-leak: a value of a host file is in no finding', () => {
  const secret = 'hunter2-secret';
  const app = {
    ...bindMount(`/srv/${secret}`),
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
  const found = checkApp(app, { model, masks: [secret] });
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
      const found = codes(bindMount(path), { accepts: ['/srv/ok'] });
      expect(found.length === 0, path).toBe(isBelow);
    }),
    { numRuns: 300 },
  );
});
