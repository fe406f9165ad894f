import {
  type Acknowledged,
  acknowledgedSchema,
} from '../model/acknowledged.ts';
import type { RunIdentity } from '../model/status.ts';
import { askHost } from './ask-host.ts';
import type { HostSession } from './host-session.ts';

const LOCK_WAIT_S = '60';

/** Who let a host be changed, as the host keeps it. */
export interface Acknowledgement {
  readonly actor: string;
  readonly reason: string;
  readonly at: Date;
  readonly run: RunIdentity;
}

export function readAcknowledged(
  fields: ReadonlyMap<string, Buffer>,
): Acknowledged {
  const said = fields.get('acknowledged')?.toString('latin1');
  return acknowledgedSchema.catch('odd').parse(said);
}

export async function askAcknowledged(
  host: HostSession,
): Promise<Acknowledged> {
  return readAcknowledged(await askHost(host, { op: 'probe' }));
}

/** Leaves an acknowledgement with a host, which keeps one that it has. */
export async function storeAcknowledgement(
  host: HostSession,
  { actor, reason, at, run }: Acknowledgement,
): Promise<Acknowledged> {
  // The host looks at how it begins and ends, and at nothing else.
  const kept = {
    ...{ schema: 1, host: host.name, actor, reason, run },
    at: at.toISOString(),
  };
  return readAcknowledged(
    await askHost(host, {
      op: 'acknowledge',
      acknowledgement: JSON.stringify(kept),
      lock_wait: LOCK_WAIT_S,
    }),
  );
}
