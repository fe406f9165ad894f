import { openPolicyHost } from '../../actions/open-module-hosts.ts';
import type { Ports } from '../../actions/step.ts';
import type { Clock } from '../../adapters/clock.ts';
import { closeHosts } from '../../adapters/transport/open-host.ts';
import type { HostFacts } from '../../doctor/judge-host.ts';
import { parseLook } from '../../doctor/parse-look.ts';
import type { HostReply, HostSession } from '../../host/host-session.ts';
import { ActionError } from '../../model/errors.ts';
import type { HostPolicy } from '../../model/policy.ts';
import { backupRootOf } from '../../model/policy-defaults.ts';
import { printable } from '../../model/printable.ts';
import type { StatePlace } from '../../repository/state-place.ts';

interface HostRequest {
  readonly place: StatePlace;
  readonly sshKeyFile: string | undefined;
  readonly timeLeft: () => number;
}

/** Looks at hosts side by side; each on a connection of its own. */
export async function lookAtHosts(
  hosts: readonly (readonly [string, HostPolicy])[],
  request: HostRequest,
  ports: Ports,
): Promise<HostFacts[]> {
  try {
    return await Promise.all(
      hosts.map(([name, policy]) => lookAt(name, policy, request, ports)),
    );
  } finally {
    await closeHosts(ports.context.folder(), ports.exec);
  }
}

async function lookAt(
  name: string,
  policy: HostPolicy,
  request: HostRequest,
  ports: Ports,
): Promise<HostFacts> {
  const { place, sshKeyFile, timeLeft } = request;
  const facts = {
    name,
    policy,
    backupRoot: backupRootOf(place.policy, policy),
  };
  const hasKey = sshKeyFile !== undefined || policy.identity_file !== undefined;
  if (policy.transport === 'ssh' && !hasKey) {
    return { ...facts, seen: { kind: 'keyless' } };
  }
  try {
    const inputs = { token: undefined, sshKey: undefined, sshKeyFile };
    const asked = { subject: place, inputs };
    const session = await openPolicyHost({ name, policy }, asked, ports);
    try {
      const seen = await askHost(session, { ...facts, timeLeft }, ports.clock);
      return { ...facts, seen };
    } finally {
      await session.close();
    }
  } catch (error) {
    if (!(error instanceof ActionError)) throw error;
    const why = error.message;
    return { ...facts, seen: { kind: 'lost', code: error.code, why } };
  }
}

/** Has a host look at itself, and reads what it says. */
export async function askHost(
  session: HostSession,
  request: { readonly backupRoot: string; readonly timeLeft: () => number },
  clock: Clock,
): Promise<HostFacts['seen']> {
  const { backupRoot, timeLeft } = request;
  const fields = {
    op: 'look',
    root: session.policy.runtime_root,
    backup_root: backupRoot,
    path: session.commandPath,
  };
  const before = clock.now().getTime();
  const reply = await session.perform({ fields, timeoutMs: timeLeft() });
  const after = clock.now().getTime();
  if (reply.kind === 'lost') {
    const { code, reason } = reply.finding;
    return { kind: 'lost', code, why: reason };
  }
  const told = readTold(reply, session);
  const problem = told['problem'];
  if (problem !== undefined) {
    const why = told['missing'] || told['detail'] || problem;
    return { kind: 'refused', problem, why: printable(why) };
  }
  const look = parseLook(told);
  const restricted = session.isRestricted?.();
  if (look) return { kind: 'seen', look, asked: [before, after], restricted };
  const why = `${session.name} answers something else than a look`;
  return { kind: 'lost', code: 'host/nonsense', why };
}

/** Redacted before anything is taken out of it, and safe to print. */
function readTold(
  { fields }: Extract<HostReply, { kind: 'answer' }>,
  { redact }: HostSession,
): Record<string, string> {
  return Object.fromEntries(
    [...fields].map(([key, value]) => [
      key,
      redact(value.toString('utf8'))
        .split('\n')
        .map(printable)
        .join('\n')
        .trimEnd(),
    ]),
  );
}
