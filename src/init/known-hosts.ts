import { createHash } from 'node:crypto';
import { InputError } from '../model/errors.ts';
import type { DraftHost } from './host-option.ts';

/** One key of a known_hosts file, for one name. */
export interface KnownKey {
  readonly name: string;
  readonly type: string;
  readonly blob: string;
}

/** The keys of plain lines; hashed names and markers cannot be looked at. */
export function parseKnownHosts(text: string): readonly KnownKey[] {
  return text.split('\n').flatMap((line) => {
    const [names = '', type = '', blob = ''] = line.trim().split(/\s+/);
    if (!/^[A-Za-z0-9+/]{40,}={0,2}$/.test(blob)) return [];
    return names.split(',').map((name) => ({ name, type, blob }));
  });
}

/** How a host is called in known_hosts. */
export function knownName({ address = '', port = 22 }: DraftHost): string {
  return port === 22 ? address : `[${address}]:${port}`;
}

/** As ssh-keygen -l shows it. */
export function fingerprintOf({ blob }: Pick<KnownKey, 'blob'>): string {
  const sum = createHash('sha256').update(Buffer.from(blob, 'base64'));
  return `SHA256:${sum.digest('base64').replace(/=+$/, '')}`;
}

/** Checks a file that somebody gave: a key for each host that needs one. */
export function requireKnownHosts(
  file: string,
  text: string,
  hosts: Readonly<Record<string, DraftHost>>,
): string {
  const keys = parseKnownHosts(text);
  const missing = Object.values(hosts)
    .filter(({ transport }) => transport === 'ssh')
    .map(knownName)
    .filter((name) => !keys.some((key) => key.name === name));
  // Names that were hashed can be compared by ssh alone.
  if (missing.length === 0 || /^\|1\|/m.test(text)) return text;
  throw new InputError(
    '--known-hosts-file',
    file,
    `a known_hosts file with a key for ${missing.join(' and for ')}`,
  );
}
