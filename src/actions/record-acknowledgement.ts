import type { RunOrigin } from '../apply/attempt-entries.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import { storeAcknowledgement } from '../host/acknowledgement.ts';
import type { HostSession } from '../host/host-session.ts';
import type { Acknowledged } from '../model/acknowledged.ts';
import type { Ports } from './step.ts';

interface AcknowledgementRequest {
  readonly host: HostSession;
  readonly reason: string;
  readonly by: RunOrigin;
  readonly log: AuditLog;
}

/** First on record, then on the host; what the host says afterwards. */
export async function recordAcknowledgement(
  { host, reason, by, log }: AcknowledgementRequest,
  { context, clock }: Ports,
): Promise<Acknowledged> {
  const body = { acknowledged: host.name, reason, by };
  await log.append({ kind: 'note', fence: null, body });
  return storeAcknowledgement(host, {
    ...{ actor: by.actor, reason, run: context.identity },
    at: clock.now(),
  });
}
