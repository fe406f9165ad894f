import type { HostSession } from '../../host/host-session.ts';
import { HOST_PROGRAM } from '../../host/program.ts';
import { type AdminAccess, adminCommand } from './administer.ts';
import { CARRIER_PATH, carry, describeCarrier } from './host-reply.ts';
import type { OpenHostRequest } from './open-host.ts';

/**
 * A host as its lanes would see it, over the access of its administrator: the
 * program runs as the user of the policy, and no key of a runner is needed.
 */
export function openAdminHost(
  access: AdminAccess,
  { name, policy, redact }: Pick<OpenHostRequest, 'name' | 'policy' | 'redact'>,
): HostSession {
  const host = { name, policy, redact };
  return {
    ...host,
    commandPath: CARRIER_PATH,
    perform: (operation) =>
      carry(
        access.exec,
        {
          host,
          ...adminCommand(
            access,
            asUser(policy.user, operation.program ?? HOST_PROGRAM),
          ),
          env: access.env,
          explain: (result) => ({
            code: 'plan/host-unreachable',
            reason: describeCarrier(
              `The access of the administrator of ${name}`,
              result,
              redact,
            ),
          }),
        },
        operation,
      ),
    close: async () => {},
  };
}

/** What a plan leaves on the host has to be of the user who plans later. */
function asUser(user: string | undefined, program: string): string {
  if (user === undefined) return program;
  return [
    `if [ "$(id -un)" != ${user} ]; then`,
    `[ "$(id -u)" -ne 0 ] || exec su -s /bin/sh ${user} -c 'eval "$0"' "$0"`,
    `! sudo -n true 2>/dev/null || exec sudo -n -u ${user} sh -c 'eval "$0"' "$0"`,
    'fi',
    program,
  ].join('\n');
}
