import type { HostSession } from '../../host/host-session.ts';
import { remoteCommand } from '../../host/protocol.ts';
import {
  CARRIER_PATH,
  carry,
  describeCarrier,
  homeFolder,
} from './host-reply.ts';
import type { OpenHostRequest } from './open-host.ts';

/**
 * A host reached by `tailscale ssh`. Who the host is, and that we may log in,
 * is the tailnet's word: there is no key of ours and no known_hosts file.
 */
export function openTailscaleHost(request: OpenHostRequest): HostSession {
  const { exec, name, policy, redact } = request;
  const destination = `${policy.user}@${policy.address}`;
  return {
    name,
    policy,
    commandPath: CARRIER_PATH,
    redact,
    // Its server knows no authorized_keys, so nothing can be pinned to a key.
    isRestricted: () => false,
    perform: (operation) =>
      carry(
        exec,
        {
          host: request,
          file: 'tailscale',
          args: ['ssh', destination, remoteCommand(operation.program)],
          env: { PATH: CARRIER_PATH, HOME: homeFolder() },
          explain: (result) => ({
            code: /host key/i.test(result.stderr)
              ? 'plan/host-key'
              : 'plan/host-unreachable',
            reason: describeCarrier(`tailscale ssh to ${name}`, result, redact),
          }),
        },
        operation,
      ),
    close: async () => {},
  };
}
