import { InputError } from '../../model/errors.ts';
import type { HostPolicy } from '../../model/policy.ts';

/** The name on the command line; the true one is only in our own config. */
export const DESTINATION = 'apply-gates-host';

/** How long a connection outlives its last use, should nobody close it. */
export const PERSIST_SECONDS = 120;

/**
 * The whole configuration of one connection. Nothing else counts: not the
 * user's config, not the system's, no agent, no key but the one named.
 */
export function renderSshConfig(settings: {
  readonly policy: HostPolicy;
  readonly knownHosts: string;
  readonly identityFile: string;
  readonly controlPath: string;
}): string {
  const { policy } = settings;
  const options = {
    HostName: argument('address', policy.address ?? ''),
    User: argument('user', policy.user ?? ''),
    Port: String(policy.port),
    IdentityFile: argument('identity_file', settings.identityFile),
    UserKnownHostsFile: argument('known_hosts', settings.knownHosts),
    ControlPath: argument('control path', settings.controlPath),
    BatchMode: 'yes',
    CanonicalizeHostname: 'no',
    CheckHostIP: 'no',
    ClearAllForwardings: 'yes',
    ConnectTimeout: '15',
    ConnectionAttempts: '1',
    ControlMaster: 'no',
    ControlPersist: String(PERSIST_SECONDS),
    EscapeChar: 'none',
    ForwardAgent: 'no',
    ForwardX11: 'no',
    GlobalKnownHostsFile: 'none',
    IdentitiesOnly: 'yes',
    IdentityAgent: 'none',
    LogLevel: 'ERROR',
    PermitLocalCommand: 'no',
    PreferredAuthentications: 'publickey',
    ProxyCommand: 'none',
    RequestTTY: 'no',
    ServerAliveCountMax: '4',
    ServerAliveInterval: '15',
    StrictHostKeyChecking: 'yes',
    UpdateHostKeys: 'no',
    VerifyHostKeyDNS: 'no',
  };
  const lines = Object.entries(options).map(
    ([name, value]) => `  ${name} ${value}\n`,
  );
  return `Host ${DESTINATION}\n${lines.join('')}`;
}

/**
 * One value as ssh_config reads it back. The policy allows no such thing, but
 * a newline here would be a new option, and `ProxyCommand` runs programs.
 */
function argument(name: string, value: string): string {
  if (value === '' || /[\x00-\x1f\x7f"\\]|\$\{|^-/.test(value)) {
    throw new InputError(name, value, 'a plain value without quotes');
  }
  return `"${value.replaceAll('%', '%%')}"`;
}
