import { dirname } from 'node:path';
import type { HostSession } from '../../host/host-session.ts';
import { HOST_PROGRAM } from '../../host/program.ts';
import {
  CARRIER_PATH,
  carry,
  describeCarrier,
  homeFolder,
} from './host-reply.ts';
import type { OpenHostRequest } from './open-host.ts';

/** A host that is the machine this runs on: the same program, without ssh. */
export function openLocalHost(request: OpenHostRequest): HostSession {
  const { exec, name, policy, redact } = request;
  return {
    name,
    policy,
    // What runs us is found by the commands too, wherever it is installed.
    commandPath: `${CARRIER_PATH}:${dirname(process.execPath)}`,
    redact,
    perform: (operation) =>
      carry(
        exec,
        {
          host: request,
          file: '/bin/sh',
          args: ['-c', 'eval "$0"', operation.program ?? HOST_PROGRAM],
          env: { PATH: CARRIER_PATH, HOME: homeFolder() },
          explain: (result) => ({
            code: 'host/nonsense',
            reason: describeCarrier(
              `The host program of ${name}`,
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
