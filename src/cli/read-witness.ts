import { openModuleHosts } from '../actions/open-module-hosts.ts';
import { closeHosts } from '../adapters/transport/open-host.ts';
import { textOf } from '../drivers/host-problem.ts';
import { ActionError, InputError } from '../model/errors.ts';
import type { RemoteState } from './git-log.ts';

const TIMEOUT_MS = 60_000;

/**
 * The checkpoint that a host keeps of the audit log; undefined where it keeps
 * none yet. A host that cannot be asked is no host without one.
 */
export async function readWitness(
  { place, run }: RemoteState,
  name: string,
  sshKeyFile: string | undefined,
): Promise<string | undefined> {
  const inputs = { token: undefined, sshKey: undefined, sshKeyFile };
  const request = { subject: place, sources: [], also: [name], inputs };
  const hosts = await openModuleHosts(request, run.ports);
  try {
    const host = hosts.named(name);
    if (host === undefined) {
      const known = Object.keys(place.policy.hosts).join(', ');
      throw new InputError('--host', name, `a host of the policy: ${known}`);
    }
    const reply = await host.perform({
      fields: { op: 'probe', root: host.policy.runtime_root },
      timeoutMs: TIMEOUT_MS,
    });
    if (reply.kind === 'lost') {
      const { code, reason, remedy } = reply.finding;
      throw new ActionError(code, reason, { remedy });
    }
    const kept = textOf(reply.fields, 'checkpoint');
    return kept === '' ? undefined : `${kept}\n`;
  } finally {
    await hosts.close();
    await closeHosts(run.ports.context.folder(), run.ports.exec);
  }
}
