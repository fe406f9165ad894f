import { InputError } from '../model/errors.ts';
import { type Policy, policySchema } from '../model/policy.ts';

/** A host as init writes it into the policy. */
export interface DraftHost {
  readonly transport: 'ssh' | 'local';
  readonly address?: string;
  readonly port?: number;
  readonly user?: string;
}

const FORM =
  /^(?<name>[^=@]+)=(?:(?<local>local)|(?<user>[^@]+)@(?:\[(?<v6>[0-9A-Fa-f:.]+)\]|(?<address>[^[\]:]+))(?::(?<port>\d{1,5}))?)$/;

/** Reads `name=user@address[:port]`, each name once. */
export function parseHosts(
  given: readonly string[],
): Readonly<Record<string, DraftHost>> {
  const hosts = new Map<string, DraftHost>();
  for (const text of given) {
    const parts = FORM.exec(text)?.groups;
    const name = parts?.['name'] ?? '';
    const host = parts && draftHost(parts);
    if (!host || hosts.has(name) || !isValid(name, host)) {
      throw new InputError(
        '--host',
        text,
        'name=user@address, name=user@address:port, name=user@[IPv6]:port or name=local; the name like a module id, and once',
      );
    }
    hosts.set(name, host);
  }
  return Object.fromEntries(hosts);
}

function draftHost(
  parts: Readonly<Record<string, string | undefined>>,
): DraftHost {
  const { local, user, v6, address = v6, port } = parts;
  if (local !== undefined) return { transport: 'local' };
  return {
    transport: 'ssh',
    ...(address === undefined ? {} : { address }),
    ...(port === undefined ? {} : { port: Number(port) }),
    ...(user === undefined ? {} : { user }),
  };
}

/** The policy's own form decides. */
function isValid(name: string, host: DraftHost): boolean {
  const hosts = { [name]: host };
  return policySchema.safeParse({ schema: 1, hosts }).success;
}

/** Reads `path=host`: which host has what lies in a folder. */
export function parsePlaces(
  given: readonly string[],
  hosts: Policy['hosts'],
): ReadonlyMap<string, string> {
  return new Map(
    given.map((text) => {
      const at = text.lastIndexOf('=');
      const host = text.slice(at + 1);
      if (at < 1 || !Object.hasOwn(hosts, host)) {
        const known = Object.keys(hosts).join(', ');
        throw new InputError('--place', text, `path=host, of ${known}`);
      }
      return [text.slice(0, at).replace(/\/+$/, ''), host] as const;
    }),
  );
}

/**
 * The host of an app: the one that is said for the closest folder, the only one
 * there is, or the one that a folder above is called after.
 */
export function hostOfPath(
  path: string,
  places: ReadonlyMap<string, string>,
  names: readonly string[],
): string | undefined {
  const segments = path.split('/');
  for (let length = segments.length; length > 0; length -= 1) {
    const host = places.get(segments.slice(0, length).join('/'));
    if (host !== undefined) return host;
  }
  if (names.length === 1) return names[0];
  const called = names.filter((name) => segments.slice(0, -1).includes(name));
  return called.length === 1 ? called[0] : undefined;
}
