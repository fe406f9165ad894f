import { join } from 'node:path';
import { build } from 'esbuild';
import { REQUIRE_BANNER } from '../../../scripts/build/bundles.ts';
import { systemExec } from '../../../src/adapters/exec.ts';
import { closeHosts } from '../../../src/adapters/transport/open-host.ts';
import type { Lease } from '../../../src/model/lease.ts';
import { acknowledgeHost } from '../acknowledge-host.ts';
import { verifyRemote } from '../audit-remote.ts';
import { startGitHttp } from '../git-http.ts';
import {
  makeServicePlatform,
  renderPolicy,
  type ServicePlatform,
} from '../service-platform.ts';
import { startSshd, type TestSshd } from '../sshd.ts';
import type { HostHistory } from './judge-history.ts';
import { changingModule } from './lease-hosts.ts';
import { notePushes } from './push-moments.ts';
import { logOf, readHistory, readLeaseAt } from './read-history.ts';

export const HOSTS = ['one', 'two'] as const;
export type HostName = (typeof HOSTS)[number];

/** Two hosts behind an sshd each, and a remote that notes every push. */
export interface LeaseStand {
  readonly root: string;
  /** The bare repository, and where it is served. */
  readonly remote: string;
  readonly address: string;
  /** The program of a lane, for Node. */
  readonly program: string;
  readonly tip: string;
  /** The lease as the branch has it. */
  lease(host: HostName): Lease | undefined;
  history(host: HostName): HostHistory;
  /** What is wrong with the log, by its own verification. */
  verify(): Promise<string[]>;
  /** Ends the connections that a job left open. */
  closeJob(folder: string): Promise<void>;
  close(): Promise<void>;
}

export async function openLeaseStand(options: {
  readonly leaseSeconds: number;
  /** Share of pushes whose answer gets lost. */
  readonly lost: number;
}): Promise<LeaseStand> {
  const state = `state: {lease: ${options.leaseSeconds}s}`;
  const platform = makeServicePlatform({ more: state });
  const sshds = await Promise.all(HOSTS.map(() => startSshd()));
  const { root, remote } = platform;
  const tip = commitHosts(platform, sshds, state);
  notePushes(remote, options);
  const server = await startGitHttp({ root });
  return {
    root,
    remote,
    tip,
    address: `${server.url}/remote.git`,
    program: await bundleLane(root),
    lease: (host) => readLeaseAt(platform, host),
    history: (host) => readHistory(platform, host),
    verify: async () => {
      const { verdict, detail } = await verifyRemote(logOf(platform), []);
      return verdict === 'no-checkpoints' ? [] : [`${verdict} ${detail ?? ''}`];
    },
    closeJob: (folder) => closeHosts(folder, systemExec),
    close: async () => {
      await server.close();
      for (const sshd of sshds) await sshd.stop();
      platform.close();
    },
  };
}

function commitHosts(
  platform: ServicePlatform,
  sshds: readonly TestSshd[],
  more: string,
): string {
  const rootOf = (host: HostName) => join(platform.root, host);
  const lines = HOSTS.map((host, index) => {
    const sshd = sshds[index];
    if (!sshd) throw new Error(host);
    acknowledgeHost(rootOf(host), host);
    return `  ${host}: {transport: ssh, address: ${sshd.address}, port: ${sshd.port}, user: ${sshd.user}, identity_file: ${sshd.privateKeyPath}, runtime_root: ${rootOf(host)}}`;
  });
  platform.commit({
    '.platform/gates.yaml': renderPolicy(platform.runtimeRoot, {
      hosts: lines.join('\n'),
      more,
    }),
    '.platform/known_hosts': sshds.map((each) => each.knownHosts).join(''),
  });
  const modules = HOSTS.map((host) =>
    changingModule(host, { ...platform, runtimeRoot: rootOf(host) }),
  );
  return platform.commit(Object.assign({}, ...modules));
}

async function bundleLane(folder: string): Promise<string> {
  const outfile = join(folder, 'lane-process.mjs');
  await build({
    entryPoints: [join(import.meta.dirname, 'lane-process.ts')],
    ...{ bundle: true, platform: 'node', format: 'esm', outfile },
    banner: { js: REQUIRE_BANNER },
    logLevel: 'error',
  });
  return outfile;
}
