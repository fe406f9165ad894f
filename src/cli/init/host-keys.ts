import type { Exec } from '../../adapters/exec.ts';
import { childPath } from '../../adapters/git.ts';
import type { DraftHost } from '../../init/host-option.ts';
import {
  fingerprintOf,
  type KnownKey,
  knownName,
  parseKnownHosts,
} from '../../init/known-hosts.ts';
import { ActionError, InputError } from '../../model/errors.ts';
import type { Terminal } from '../terminal.ts';
import type { Questions } from './questions.ts';

const TIMEOUT_MS = 30_000;

/** How somebody says that a key is the host's. */
export interface KeyTrust {
  /** Fingerprints that were read on the hosts themselves. */
  readonly fingerprints: readonly string[];
  readonly questions: Questions | undefined;
  readonly terminal: Terminal;
}

/**
 * Asks each host for its keys and shows their fingerprints. Whoever answers on
 * the way could show any key, so only what a person compared is taken.
 */
export async function scanHostKeys(
  hosts: Readonly<Record<string, DraftHost>>,
  trust: KeyTrust,
  exec: Exec,
): Promise<string> {
  requireForm(trust.fingerprints);
  const lines: string[] = [];
  for (const [name, host] of Object.entries(hosts)) {
    if (host.transport !== 'ssh') continue;
    const keys = await scan(name, host, exec);
    const taken = await confirmKeys(name, keys, trust);
    lines.push(...taken.map((key) => `${key.name} ${key.type} ${key.blob}\n`));
  }
  return lines.join('');
}

function requireForm(fingerprints: readonly string[]): void {
  const wrong = fingerprints.find(
    (each) => !/^SHA256:[A-Za-z0-9+/]{43}$/.test(each),
  );
  if (wrong === undefined) return;
  throw new InputError(
    '--fingerprint',
    wrong,
    'SHA256:<43 characters>, as `ssh-keygen -lf` prints it on the host',
  );
}

async function scan(
  name: string,
  host: DraftHost,
  exec: Exec,
): Promise<readonly KnownKey[]> {
  const { address = '', port = 22 } = host;
  const result = await exec.run({
    file: 'ssh-keyscan',
    args: ['-T', '10', '-p', String(port), address],
    env: { PATH: childPath(process.env['PATH']), LC_ALL: 'C' },
    timeoutMs: TIMEOUT_MS,
    maxBytes: 64 * 1024,
  });
  const keys = parseKnownHosts(result.stdout.toString('utf8')).filter(
    (key) => key.name === knownName(host),
  );
  if (keys.length > 0) return keys;
  const how = result.failure ?? `exit ${result.exitCode}`;
  throw new ActionError(
    'init/host-keys-unavailable',
    `${name}: ssh-keyscan got no key of ${address} at port ${port} (${how})`,
  );
}

async function confirmKeys(
  name: string,
  keys: readonly KnownKey[],
  { fingerprints, questions, terminal }: KeyTrust,
): Promise<readonly KnownKey[]> {
  const known = keys.filter((key) => fingerprints.includes(fingerprintOf(key)));
  if (known.length > 0) return known;
  const shown = keys.map((key) => `${fingerprintOf(key)} (${key.type})`);
  terminal.line(`${name} showed these keys:`);
  for (const each of shown) terminal.line(`  ${each}`);
  // A fingerprint that was given and is not there is no slip to ask about.
  const isSure =
    fingerprints.length === 0 &&
    (await questions?.confirm(
      'Are they what `ssh-keygen -lf` prints on the host itself?',
    ));
  if (isSure === true) return keys;
  throw new ActionError(
    'init/host-keys-unconfirmed',
    `${name} showed ${shown.join(', ')}`,
    { evidence: { host: name, fingerprints: keys.map(fingerprintOf) } },
  );
}
