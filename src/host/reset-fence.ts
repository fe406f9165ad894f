import { askHost } from './ask-host.ts';
import type { HostSession } from './host-session.ts';
import { seenFence } from './seen-fence.ts';

const LOCK_WAIT_S = '60';

/** Asks a host for the highest fence it has seen; undefined: it cannot say. */
export async function askFence(host: HostSession): Promise<number | undefined> {
  return seenFence(await askHost(host, { op: 'probe' }));
}

/** Has a host take a fence for the highest, also where that is a lower one. */
export async function resetFence(
  host: HostSession,
  fence: number,
): Promise<void> {
  const fields = { op: 'fence', fence: String(fence), lock_wait: LOCK_WAIT_S };
  await askHost(host, fields);
}
