import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AdminAccess } from '../adapters/transport/administer.ts';
import { closeHosts } from '../adapters/transport/open-host.ts';
import { shareConnection } from '../adapters/transport/share-connection.ts';
import { InputError } from '../model/errors.ts';
import type { HostPolicy, Policy } from '../model/policy.ts';
import { DEFAULT_POLICY_PATH } from '../model/policy-defaults.ts';
import { readBlobs } from '../repository/blobs.ts';
import { readSubject, type Subject } from '../repository/subject.ts';
import type { RepositoryOptions } from './commands/options.ts';
import { type LocalRun, openLocalRun } from './local-run.ts';
import type { Terminal } from './terminal.ts';

/** How an administrator says that they log in. */
export interface AdminOptions extends RepositoryOptions {
  readonly admin?: string;
  readonly port?: string;
  readonly identity?: string;
}

/** What an administrator of a host works with. */
export interface AdminRun {
  readonly access: AdminAccess;
  readonly host: HostPolicy;
  readonly subject: Subject;
  readonly run: LocalRun;
}

/** Finds a host of the policy, and how its administrator reaches it. */
export async function withAdmin<Result>(
  name: string,
  options: AdminOptions,
  terminal: Terminal,
  work: (admin: AdminRun) => Promise<Result>,
): Promise<Result> {
  const request = { ...options, event: 'workflow_dispatch' as const };
  const run = await openLocalRun(request, terminal);
  try {
    const subject = await readSubject(run.ports, {
      workingDirectory: '.',
      policyPath: options.policy ?? DEFAULT_POLICY_PATH,
    });
    const host = findHost(name, subject.policy);
    const folder = run.ports.context.folder();
    const access: AdminAccess = {
      ...destinationOf(host, options),
      identity: options.identity,
      knownHosts: await writeKnownHosts(subject, host, folder),
      env: ownEnvironment(),
      exec: run.ports.exec,
    };
    const shared = await shareConnection(access, folder);
    return await work({ access: shared, host, subject, run });
  } finally {
    await closeHosts(run.ports.context.folder(), run.ports.exec);
    run.close();
  }
}

function findHost(name: string, policy: Policy): HostPolicy {
  const host = Object.hasOwn(policy.hosts, name)
    ? policy.hosts[name]
    : undefined;
  if (!host) {
    const known = Object.keys(policy.hosts).join(', ');
    throw new InputError('host', name, `a host of the policy (${known})`);
  }
  return host;
}

function destinationOf(host: HostPolicy, { admin, port }: AdminOptions) {
  if (port !== undefined && !/^[1-9][0-9]{0,4}$/.test(port)) {
    throw new InputError('--port', port, 'a number up to 65535');
  }
  // An option of ssh would be one of its programs.
  if (admin !== undefined && !/^[A-Za-z0-9_][A-Za-z0-9_.@:-]*$/.test(admin)) {
    throw new InputError('--admin', admin, 'user@address or a name');
  }
  if (host.transport === 'local' && admin === undefined) {
    return { destination: undefined, port: undefined };
  }
  const own = admin === undefined ? host.port : undefined;
  return {
    destination: admin ?? `root@${host.address}`,
    port: port === undefined ? own : Number(port),
  };
}

/** Whom the lane trusts to be this host, the administrator may trust too. */
async function writeKnownHosts(
  { repository, trusted }: Subject,
  host: HostPolicy,
  folder: string,
): Promise<string | undefined> {
  const source = { commit: trusted, path: host.known_hosts };
  const [content] = await readBlobs(repository, [source]);
  if (!content) return undefined;
  const path = join(folder, 'known_hosts');
  writeFileSync(path, content);
  return path;
}

/** What ssh itself looks at; nothing else of the environment goes along. */
function ownEnvironment(): Record<string, string> {
  const names = ['HOME', 'PATH', 'SSH_AUTH_SOCK', 'USER', 'LANG'];
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
