import type { HostPolicy, Policy } from '../model/policy.ts';

/**
 * The host's own policy, `host.conf`: each key with its values in order. Keys
 * that this version does not write are kept as they are.
 */
export type HostConf = ReadonlyMap<string, readonly string[]>;

const HEADER = [
  '# What the key of the runner may do on this host. apply-gates-host holds every',
  '# request to it, whatever the runner says. Lines of your own stay with the next',
  '# `apply-gates host install`, such as further sacred paths.',
];

/** Reads a host.conf as it is on a host. */
export function parseHostConf(text: string): HostConf {
  const conf = new Map<string, string[]>();
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    const [key = '', ...value] = line.split('=');
    conf.set(key, [...(conf.get(key) ?? []), value.join('=')]);
  }
  return conf;
}

export function renderHostConf(conf: HostConf): string {
  const lines = [...conf].flatMap(([key, values]) =>
    values.map((value) => `${key}=${value}`),
  );
  return [...HEADER, ...lines, ''].join('\n');
}

/** What an administrator asks for; what is left out stays as it is. */
export type HostConfChanges = Readonly<
  Record<string, readonly string[] | undefined>
>;

/**
 * What is to be on the host: places are the policy's, sacred paths are those of
 * both, all else is what was asked for, else what is there.
 */
export function planHostConf(
  { host, policy }: { readonly host: HostPolicy; readonly policy: Policy },
  present: HostConf,
  changes: HostConfChanges,
): HostConf {
  const root = host.runtime_root;
  const sacred = [...(present.get('sacred') ?? []), ...policy.sacred.paths];
  const asked = Object.entries(changes).filter(
    (entry): entry is [string, readonly string[]] => entry[1] !== undefined,
  );
  return new Map([
    ['driver', ['compose']],
    ...present,
    ['runtime_root', [root]],
    ['backup_root', [policy.stateful.backup_root ?? `${root}/backups`]],
    ['sacred', [...new Set(sacred)]],
    ...asked,
  ]);
}
