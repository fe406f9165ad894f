import type { HostSession } from './host-session.ts';

/** A line to paste that runs a script on a host, the way the policy reaches it. */
export function commandOnHost(
  { policy }: Pick<HostSession, 'policy'>,
  script: string,
): string {
  const { address, port, transport, user } = policy;
  switch (transport) {
    case 'local':
      return script;
    case 'ssh':
      return `ssh -p ${port} ${user}@${address} ${shellWord(script)}`;
    case 'tailscale':
      return `tailscale ssh ${user}@${address} ${shellWord(script)}`;
  }
}

/** One word of a POSIX shell. */
export function shellWord(text: string): string {
  return /^[A-Za-z0-9_./@=+,-]+$/.test(text)
    ? text
    : `'${text.replaceAll("'", "'\\''")}'`;
}
