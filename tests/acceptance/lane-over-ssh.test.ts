import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
} from 'vitest';
import { systemClock } from '../../src/adapters/clock.ts';
import { systemExec } from '../../src/adapters/exec.ts';
import { closeHosts } from '../../src/adapters/transport/open-host.ts';
import type { LaneEvent } from '../../src/model/event.ts';
import { acknowledgeHost } from '../support/acknowledge-host.ts';
import {
  isApply,
  makeKillingExec,
  untilExists,
} from '../support/killing-exec.ts';
import {
  type LaneRunOptions,
  readStatusOf,
  runTestLane,
} from '../support/lane-run.ts';
import type { Changes } from '../support/platform.ts';
import {
  makeServicePlatform,
  renderPolicy,
  type ServicePlatform,
} from '../support/service-platform.ts';
import { hasSshd, startSshd, type TestSshd } from '../support/sshd.ts';
import { dispatchEvent, pushEvent } from '../support/step-run.ts';

let first: TestSshd;
let second: TestSshd;
let platform: ServicePlatform;

/** Hosts `one` and `two`, each an sshd of its own on this machine. */
function policyOf(
  knownHosts = `${first.knownHosts}${second.knownHosts}`,
  one = first,
): Changes {
  const host = (name: string, sshd: TestSshd) =>
    `  ${name}: {transport: ssh, address: ${sshd.address}, port: ${sshd.port}, user: ${sshd.user}, identity_file: ${sshd.privateKeyPath}, runtime_root: ${join(platform.root, name)}}`;
  return {
    '.platform/gates.yaml': renderPolicy(platform.runtimeRoot, {
      hosts: [host('one', one), host('two', second)].join('\n'),
    }),
    '.platform/known_hosts': knownHosts,
  };
}

async function push(changes: Changes, options?: LaneRunOptions) {
  const before = platform.git('rev-parse', 'HEAD');
  const after = platform.commit(changes);
  return run(pushEvent(before, after), options);
}

async function run(event: LaneEvent, options?: LaneRunOptions) {
  const done = await runTestLane(platform, event, options);
  await closeHosts(done.ports.context.folder(), systemExec);
  return done;
}

const logins = (sshd: TestSshd) =>
  sshd
    .log()
    .split('\n')
    .filter((line) => line.includes('Accepted publickey')).length;

describe.skipIf(!hasSshd)('a lane over ssh', () => {
  beforeAll(async () => {
    first = await startSshd();
    second = await startSshd();
  });
  afterAll(async () => {
    await first?.stop();
    await second?.stop();
  });
  beforeEach(() => {
    platform = makeServicePlatform();
    platform.commit(policyOf());
    for (const host of ['one', 'two']) {
      acknowledgeHost(join(platform.root, host), host);
    }
  });
  afterEach(() => platform.close());

  it('plans and applies on two hosts, over one connection each', async () => {
    const before = [logins(first), logins(second)];
    const done = await push({
      ...platform.module('a', { host: 'one', dependsOn: ['b'] }),
      ...platform.module('b', { host: 'two' }),
      ...platform.module('c', { host: 'one' }),
    });
    expect(done.code('apply')).toBe('apply/applied');
    expect(done.outcome('apply')?.outputs['applied']).toBe('["b","a","c"]');
    expect(readStatusOf(platform, 'a')?.last_apply_host).toBe('one');
    expect([logins(first), logins(second)]).toEqual(before.map((n) => n + 1));
  });

  it('hostkey: refuses every module before any is applied', async () => {
    platform.commit(policyOf(first.knownHosts));
    const done = await push({
      ...platform.module('a', { host: 'one' }),
      ...platform.module('b', { host: 'two' }),
    });
    expect(done.code('plan')).toBe('plan/host-key');
    expect(done.exitStatus).toBe(3);
    expect(done.outcome('apply')).toBeUndefined();
    expect(platform.running('a')).toBeUndefined();
  });

  it('hostkey: refuses where no known_hosts file is at the trusted commit', async () => {
    platform.commit({ '.platform/known_hosts': null });
    const done = await push(platform.module('a', { host: 'one' }));
    expect(done.code('plan')).toBe('plan/host-key');
  });

  it('refuses a key that the host does not know', async () => {
    const other = join(platform.root, 'other-key');
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', other]);
    const key = execFileSync('cat', [other], { encoding: 'utf8' });
    const done = await push(platform.module('a', { host: 'one' }), {
      secrets: { APPLY_GATES_SSH_KEY: key },
    });
    expect(done.code('plan')).toBe('plan/host-unreachable');
    expect(JSON.stringify(done.steps)).not.toContain(key.split('\n')[1]);
  });

  it('applies the second time without doing anything', async () => {
    await push(platform.module('a', { host: 'one' }));
    const done = await dispatch('a');
    expect(done.code('apply')).toBe('apply/noop');
    expect(platform.applies('a')).toEqual(['1']);
  });

  it('finds the true end where ssh is killed in the middle', async () => {
    const reached = join(platform.root, 'reached');
    const done = await push(
      platform.module('a', {
        host: 'one',
        scripts: { apply: `: >${reached}; sleep 2` },
      }),
      {
        ports: {
          exec: makeKillingExec({
            isVictim: isApply,
            when: () => untilExists(reached),
          }),
        },
      },
    );
    expect(done.code('apply')).toBe('apply/applied');
    expect(platform.applies('a')).toEqual(['1']);
  });

  it('leaves unknown where the host is gone for good, and asks it next time', async () => {
    const reached = join(platform.root, 'reached');
    const go = join(platform.root, 'go');
    const own = await startSshd();
    const changes = {
      ...policyOf(`${own.knownHosts}${second.knownHosts}`, own),
      ...platform.module('a', {
        host: 'one',
        scripts: {
          apply: `: >${reached}; until [ -e ${go} ]; do sleep 0.1; done`,
        },
      }),
    };
    platform.commit(policyOf(`${own.knownHosts}${second.knownHosts}`, own));
    let folder = '';
    const done = await push(changes, {
      onStep: (_, plans) => {
        folder = dirname(plans);
      },
      ports: {
        clock: { ...systemClock, sleep: async () => {} },
        exec: makeKillingExec({
          isVictim: isApply,
          when: async () => {
            await untilExists(reached);
            await own.stop();
            await closeHosts(folder, systemExec);
          },
        }),
      },
    });
    expect(done.code('apply')).toBe('apply/unknown');
    expect(done.outcome('apply')?.outputs['failed']).toBe('["a"]');
    expect(readStatusOf(platform, 'a')?.last_apply_result).toBe('unknown');

    const again = await dispatch('a');
    expect(again.exitStatus).toBe(3);
    writeFileSync(go, '');
    await untilExists(join(platform.services, 'a'));
  });
});

function dispatch(module: string) {
  platform.git('fetch', '-q', 'origin');
  return run(dispatchEvent(platform.git('rev-parse', 'HEAD'), { module }));
}
