import { ActionError } from '../model/errors.ts';
import { printable } from '../model/printable.ts';
import type { HostReply, HostSession } from './host-session.ts';
import { POLICY_PROBLEMS } from './policy-problems.ts';
import { seenFence } from './seen-fence.ts';

const TIMEOUT_MS = 90_000;
const LOCK_WAIT_S = '60';

/** Asks a host for the highest fence it has seen; undefined: it cannot say. */
export async function askFence(host: HostSession): Promise<number | undefined> {
  const fields = { op: 'probe', root: host.policy.runtime_root };
  return readFence(host, await host.perform({ fields, timeoutMs: TIMEOUT_MS }));
}

/** Has a host take a fence for the highest, also where that is a lower one. */
export async function resetFence(
  host: HostSession,
  fence: number,
): Promise<void> {
  const fields = {
    op: 'fence',
    root: host.policy.runtime_root,
    fence: String(fence),
    lock_wait: LOCK_WAIT_S,
  };
  readFence(host, await host.perform({ fields, timeoutMs: TIMEOUT_MS }));
}

function readFence(host: HostSession, reply: HostReply): number | undefined {
  if (reply.kind === 'lost') {
    const { code, reason, remedy } = reply.finding;
    throw new ActionError(code, reason, { remedy });
  }
  const problem = reply.fields.get('problem')?.toString('utf8');
  if (problem === undefined) return seenFence(reply.fields);
  const detail = reply.fields.get('detail')?.toString('utf8') ?? '';
  throw new ActionError(
    problem === 'locked'
      ? 'host/locked'
      : (POLICY_PROBLEMS[problem] ?? 'host/unwritable'),
    printable(`${host.name}: ${problem} (${host.redact(detail)})`),
  );
}
