import { openHost } from '../adapters/transport/open-host.ts';
import type { HostSession } from '../host/host-session.ts';
import { ActionError } from '../model/errors.ts';
import type { HostPolicy } from '../model/policy.ts';
import { modeOf } from '../model/policy-defaults.ts';
import { printable } from '../model/printable.ts';
import { makeRedactor } from '../redaction/redactor.ts';
import { readBlobs } from '../repository/blobs.ts';
import type { ModuleSource } from '../repository/module-sources.ts';
import type { Subject } from '../repository/subject.ts';
import { type HostInputs, readHostKey } from './host-inputs.ts';
import type { Ports } from './step.ts';

/** Sessions with hosts, one for each, by their name in the policy. */
export interface ModuleHosts {
  of(source: ModuleSource): HostSession;
  /** Undefined where the policy has no such host. */
  named(name: string): HostSession | undefined;
  /** Those that were spoken to with a key that opens a shell. */
  unrestricted(): readonly string[];
  close(): Promise<void>;
}

/** What of a step's inputs a session needs. */
type HostKeyInputs = Pick<HostInputs, 'token' | 'sshKey' | 'sshKeyFile'>;

export interface HostsRequest {
  readonly subject: Pick<Subject, 'repository' | 'trusted' | 'policy'>;
  readonly sources: readonly ModuleSource[];
  /** Further hosts by name; what the policy does not have is left out. */
  readonly also?: readonly string[];
  readonly inputs: HostKeyInputs;
}

/**
 * Opens one session for each host that the modules live on. Nothing is sent
 * yet. Whom to trust is read from the trusted commit, like the policy.
 */
export async function openModuleHosts(
  request: HostsRequest,
  ports: Ports,
): Promise<ModuleHosts> {
  const { inputs, subject } = request;
  const policies = new Map(
    request.sources.map(({ manifest, host }) => [manifest.host, host]),
  );
  const { hosts } = subject.policy;
  for (const name of request.also ?? []) {
    const policy = Object.hasOwn(hosts, name) ? hosts[name] : undefined;
    if (policy) policies.set(name, policy);
  }
  const sessions = new Map<string, HostSession>();
  for (const [name, policy] of policies) {
    const place = { name, policy };
    sessions.set(name, await openPolicyHost(place, { subject, inputs }, ports));
  }
  return {
    of: ({ manifest }) => {
      const session = sessions.get(manifest.host);
      if (!session) throw new TypeError(`no session for ${manifest.host}`);
      return session;
    },
    named: (name) => sessions.get(name),
    unrestricted: () =>
      [...sessions.values()]
        .filter((session) => session.isRestricted?.() === false)
        .map(({ name }) => name),
    close: async () => {
      for (const session of sessions.values()) await session.close();
    },
  };
}

/** Opens a session with one host of the policy. */
export async function openPolicyHost(
  { name, policy }: { readonly name: string; readonly policy: HostPolicy },
  { subject, inputs }: Omit<HostsRequest, 'sources'>,
  ports: Ports,
): Promise<HostSession> {
  const secrets = [inputs.token, inputs.sshKey].filter(
    (secret) => secret !== undefined,
  );
  const session = await openHost({
    name,
    policy,
    knownHosts: await readKnownHosts(subject, name, policy),
    key: readHostKey(inputs, ports),
    folder: ports.context.folder(),
    exec: ports.exec,
    redact: makeRedactor(secrets).redact,
  });
  const observed = modeOf(subject.policy, policy) === 'observe';
  return { ...session, observed };
}

async function readKnownHosts(
  { repository, trusted }: HostsRequest['subject'],
  name: string,
  policy: HostPolicy,
): Promise<string> {
  if (policy.transport === 'local') return '';
  const path = policy.known_hosts;
  const [content] = await readBlobs(repository, [{ commit: trusted, path }]);
  // Tailscale has keys of its own; a file narrows them down, if there is one.
  if (content || policy.transport === 'tailscale') {
    return content?.toString('utf8') ?? '';
  }
  throw new ActionError(
    'plan/host-key',
    `There is no ${printable(path)} at the trusted commit ${trusted}, so the key of ${name} cannot be checked`,
    {
      remedy: `Put the output of ssh-keyscan, compared with the keys on the host itself, into ${printable(path)} and merge it.`,
    },
  );
}
