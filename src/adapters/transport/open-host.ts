import type { HostSession } from '../../host/host-session.ts';
import type { HostPolicy } from '../../model/policy.ts';
import type { Exec } from '../exec.ts';

/** What is needed to reach one host of the policy. */
export interface OpenHostRequest {
  /** Key under `hosts:` in the policy. */
  readonly name: string;
  readonly policy: HostPolicy;
  /** Content of the known_hosts file at the trusted commit. */
  readonly knownHosts: string;
  /** The private key, or a file that holds it; else `identity_file` counts. */
  readonly key?:
    | { readonly content: string }
    | { readonly file: string }
    | undefined;
  /** The job's private folder (`context.folder()`). */
  readonly folder: string;
  readonly exec: Exec;
  /** Redacts what a host prints before anybody sees it. */
  readonly redact: (text: string) => string;
}

/**
 * Opens a session with a host. Nothing is sent yet: that the host cannot be
 * reached is the reply of its first operation.
 */
export async function openHost(request: OpenHostRequest): Promise<HostSession> {
  switch (request.policy.transport) {
    case 'ssh':
      return (await import('./ssh.ts')).openSshHost(request);
    case 'tailscale':
      return (await import('./tailscale.ts')).openTailscaleHost(request);
    case 'local':
      return (await import('./local.ts')).openLocalHost(request);
  }
}

/**
 * Ends the connections that the steps of this job shared. For the end of the
 * lane; a connection nobody closes ends by itself two minutes after its use.
 */
export async function closeHosts(folder: string, exec: Exec): Promise<void> {
  await (await import('./ssh.ts')).closeSshHosts(folder, exec);
}
