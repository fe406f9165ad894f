import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ActionError } from '../model/errors.ts';
import { printable } from '../model/printable.ts';

type Protocol = 'https' | 'http' | 'ssh' | 'file';

/** A repository elsewhere, and how git may get there. */
export interface Remote {
  readonly url: string;
  readonly protocol: Protocol;
  /** 0600 file with the token, in git's credential-store format. */
  readonly credentialFile?: string;
  /** Whole configuration of ssh, in place of the user's. */
  readonly sshConfigFile?: string;
}

/**
 * Checks the address of a repository. Only https, http and ssh are spoken;
 * `ext::`, `fd::` and `file://` can run code or read what they should not. A
 * plain absolute path counts only for a person at their own machine.
 */
export function parseRemoteAddress(
  address: string,
  options: { readonly allowLocalPath: boolean },
): Remote {
  if (!/[\x00-\x20\x7f]/.test(address) && !address.startsWith('-')) {
    const scheme = /^(https?|ssh):\/\/(?!-)[^/]+\/./.exec(address)?.[1];
    if (scheme) return { url: address, protocol: scheme as Protocol };
    if (/^[A-Za-z0-9_][\w.-]*@[A-Za-z0-9][A-Za-z0-9.-]*:[^:-]/.test(address)) {
      return { url: address, protocol: 'ssh' };
    }
  }
  if (options.allowLocalPath && address.startsWith('/')) {
    return { url: address, protocol: 'file' };
  }
  throw new ActionError(
    'git/remote-refused',
    `The repository address ${printable(JSON.stringify(address))} is not an https, http or ssh address`,
  );
}

/**
 * Gives git a token through a private file, never through arguments or the
 * environment. `close` removes the file.
 */
export function withCredentials(
  remote: Remote,
  token: string | undefined,
  folder: string,
): { readonly remote: Remote; readonly close: () => void } {
  if (!token || !remote.protocol.startsWith('http')) {
    return { remote, close: () => {} };
  }
  const place = mkdtempSync(join(folder, 'credential-'));
  const credentialFile = join(place, 'store');
  const address = new URL(remote.url);
  address.username = 'x-access-token';
  address.password = encodeURIComponent(token);
  address.pathname = '';
  writeFileSync(credentialFile, `${address.href}\n`, { mode: 0o600 });
  return {
    remote: { ...remote, credentialFile },
    close: () => rmSync(place, { recursive: true, force: true }),
  };
}

/**
 * Lets git speak ssh with one key, to a forge whose host key is known, and
 * with nothing of the user's own configuration. `close` removes the key.
 */
export function withSshKey(
  remote: Remote,
  access: { readonly key: string; readonly knownHosts: string },
  folder: string,
): { readonly remote: Remote; readonly close: () => void } {
  const place = mkdtempSync(join(folder, 'git-ssh-'));
  const write = (name: string, text: string): string => {
    const path = join(place, name);
    writeFileSync(path, `${text.trimEnd()}\n`, { mode: 0o600 });
    return path;
  };
  const quoted = (path: string) => `"${path.replaceAll('%', '%%')}"`;
  const sshConfigFile = write(
    'config',
    [
      `IdentityFile ${quoted(write('key', access.key))}`,
      `UserKnownHostsFile ${quoted(write('known_hosts', access.knownHosts))}`,
      'GlobalKnownHostsFile none',
      'IdentitiesOnly yes',
      'IdentityAgent none',
      'PreferredAuthentications publickey',
      'UpdateHostKeys no',
      'ConnectTimeout 15',
      'ServerAliveInterval 15',
    ].join('\n'),
  );
  return {
    remote: { ...remote, sshConfigFile },
    close: () => rmSync(place, { recursive: true, force: true }),
  };
}
