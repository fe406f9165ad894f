import { ActionError } from '../model/errors.ts';
import { printable } from '../model/printable.ts';
import type { HostSession } from './host-session.ts';
import { POLICY_PROBLEMS } from './policy-problems.ts';
import { rootRemedy } from './root-remedy.ts';

const TIMEOUT_MS = 90_000;

/** Has a host do an operation about itself; throws where it does not. */
export async function askHost(
  host: HostSession,
  fields: Readonly<Record<string, string>>,
): Promise<ReadonlyMap<string, Buffer>> {
  const reply = await host.perform({
    fields: { root: host.policy.runtime_root, ...fields },
    timeoutMs: TIMEOUT_MS,
  });
  if (reply.kind === 'lost') {
    const { code, reason, remedy } = reply.finding;
    throw new ActionError(code, reason, { remedy });
  }
  const problem = reply.fields.get('problem')?.toString('utf8');
  if (problem === undefined) return reply.fields;
  const detail = reply.fields.get('detail')?.toString('utf8') ?? '';
  throw new ActionError(
    problem === 'locked'
      ? 'host/locked'
      : (POLICY_PROBLEMS[problem] ?? 'host/unwritable'),
    printable(`${host.name}: ${problem} (${host.redact(detail)})`),
    rootRemedy(detail, host),
  );
}
