import { openPolicyHost } from '../actions/open-module-hosts.ts';
import type { HostSession } from '../host/host-session.ts';
import { DEFAULT_POLICY_PATH } from '../model/policy-defaults.ts';
import { readSubject } from '../repository/subject.ts';
import { requireHost } from './change-lease.ts';
import type { RepositoryOptions } from './commands/options.ts';
import type { RemoteState } from './git-log.ts';

/** A session with a host of the policy, as a lane has one. */
export async function openNamedHost(
  name: string,
  options: RepositoryOptions & { readonly sshKeyFile?: string },
  { run, place }: RemoteState,
): Promise<HostSession> {
  const policy = requireHost(place.policy.hosts, name);
  const subject = await readSubject(run.ports, {
    workingDirectory: '.',
    policyPath: options.policy ?? DEFAULT_POLICY_PATH,
  });
  const inputs = {
    token: undefined,
    sshKey: undefined,
    sshKeyFile: options.sshKeyFile,
  };
  return openPolicyHost({ name, policy }, { subject, inputs }, run.ports);
}
