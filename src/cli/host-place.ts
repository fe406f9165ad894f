import { readFileSync } from 'node:fs';
import { administer } from '../adapters/transport/administer.ts';
import { parsePublicKey } from '../host/public-key.ts';
import { InputError } from '../model/errors.ts';
import { hostPathSchema } from '../model/identifiers.ts';
import type { HostPolicy, Policy } from '../model/policy.ts';
import { type AdminOptions, withAdmin } from './admin-run.ts';
import type { Terminal } from './terminal.ts';

export interface HostOptions extends AdminOptions {
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
  return withAdmin(name, options, terminal, ({ access, host, subject }) => {
    if (host.transport === 'tailscale') {
      throw new InputError(
        'host',
        name,
        'one of transport: ssh; tailscale ssh knows no authorized_keys, so a key of its own has to go over sshd',
      );
    }
    const paths = placesOf(host, options);
    return work({
      name,
      host,
      policy: subject.policy,
      key: readPublicKey(options.publicKeyFile),
      paths,
      perform: (fields) => administer(access, { ...paths, ...fields }),
    });
  });
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
