import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type AdminAccess,
  administer,
} from '../adapters/transport/administer.ts';
import { parsePublicKey } from '../host/public-key.ts';
import { InputError } from '../model/errors.ts';
import { hostPathSchema } from '../model/identifiers.ts';
import type { HostPolicy, Policy } from '../model/policy.ts';
import { DEFAULT_POLICY_PATH } from '../model/policy-defaults.ts';
import { readBlobs } from '../repository/blobs.ts';
import { readSubject, type Subject } from '../repository/subject.ts';
import type { RepositoryOptions } from './commands/options.ts';
import { openLocalRun } from './local-run.ts';
import type { Terminal } from './terminal.ts';

export interface HostOptions extends RepositoryOptions {
  readonly admin?: string;
  readonly port?: string;
  readonly identity?: string;
  readonly prefix: string;
  readonly confDir: string;
  readonly authorizedKeys?: string;
  readonly publicKeyFile?: string;
  readonly dryRun?: boolean;
}

/** A host of the policy, and how its administrator speaks to it. */
export interface HostPlace {
  readonly name: string;
  readonly host: HostPolicy;
  readonly policy: Policy;
  /** `type blob` of the runner's key; empty where none was given. */
  readonly key: string;
  /** Where everything goes, as request lines. */
  readonly paths: Readonly<Record<string, string>>;
  perform(
    fields: Readonly<Record<string, string>>,
  ): Promise<ReadonlyMap<string, string>>;
}

/** Opens a host for its administrator and does the work. */
export async function withHostPlace<Result>(
  name: string,
  options: HostOptions,
  terminal: Terminal,
  work: (place: HostPlace) => Promise<Result>,
): Promise<Result> {
  const request = { ...options, event: 'workflow_dispatch' as const };
  const run = await openLocalRun(request, terminal);
  try {
    const subject = await readSubject(run.ports, {
      workingDirectory: '.',
      policyPath: options.policy ?? DEFAULT_POLICY_PATH,
    });
    const host = findHost(name, subject.policy);
    const paths = placesOf(host, options);
    const folder = run.ports.context.folder();
    const access: AdminAccess = {
      ...destinationOf(host, options),
      identity: options.identity,
      knownHosts: await writeKnownHosts(subject, host, folder),
      env: ownEnvironment(),
      exec: run.ports.exec,
    };
    return await work({
      name,
      host,
      policy: subject.policy,
      key: readPublicKey(options.publicKeyFile),
      paths,
      perform: (fields) => administer(access, { ...paths, ...fields }),
    });
  } finally {
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
  if (host.transport === 'tailscale') {
    throw new InputError(
      'host',
      name,
      'one of transport: ssh; tailscale ssh knows no authorized_keys, so a key of its own has to go over sshd',
    );
  }
  return host;
}

function placesOf(host: HostPolicy, options: HostOptions) {
  const path = (input: string, text: string) => {
    if (hostPathSchema.safeParse(text).success) return text;
    throw new InputError(input, text, 'an absolute path of plain characters');
  };
  const conf = path('--conf-dir', options.confDir);
  return {
    user: host.user ?? 'root',
    root: host.runtime_root,
    program_path: `${path('--prefix', options.prefix)}/lib/apply-gates/apply-gates-host`,
    conf_path: `${conf}/host.conf`,
    deploy_key_path: `${conf}/deploy_key`,
    known_hosts_path: `${conf}/known_hosts`,
    ...(options.authorizedKeys === undefined
      ? {}
      : {
          authorized_keys: path('--authorized-keys', options.authorizedKeys),
        }),
  };
}

function destinationOf(host: HostPolicy, { admin, port }: HostOptions) {
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

function readPublicKey(file: string | undefined): string {
  if (file === undefined) return '';
  return parsePublicKey(
    '--public-key-file',
    readText('--public-key-file', file),
  );
}

/** The content of a file that an option names. */
export function readText(option: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    throw new InputError(option, file, 'a file that can be read');
  }
}
