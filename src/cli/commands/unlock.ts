import { releaseLease } from '../../gates/lease/change-lease.ts';
import { askFence, resetFence } from '../../host/reset-fence.ts';
import type { Lease, LeaseRecord } from '../../model/lease.ts';
import { passVerdict } from '../../model/verdict.ts';
import { show, writeLease } from '../change-lease.ts';
import { openRemoteState, type RemoteState } from '../git-log.ts';
import { openNamedHost } from '../open-named-host.ts';
import type { Terminal } from '../terminal.ts';
import type { HoldOptions } from './options.ts';

interface UnlockOptions extends HoldOptions {
  readonly resetFence?: boolean;
  readonly sshKeyFile?: string;
}

/** Frees the lease of a host, whoever holds it. */
export function unlock(host: string, options: UnlockOptions) {
  return async (terminal: Terminal): Promise<number> => {
    const remote = await openRemoteState(options, terminal);
    try {
      const reason = options.resetFence
        ? await turnBack(host, options, remote)
        : await free(host, options, remote);
      const about = { gate: 'unlock', sha: '' };
      return show(passVerdict(about, 'lease/unlocked', reason), terminal);
    } finally {
      remote.close();
    }
  };
}

async function free(
  host: string,
  options: HoldOptions,
  remote: RemoteState,
): Promise<string> {
  const plan = (record: LeaseRecord) =>
    isFree(record) ? undefined : freeLease(host, record);
  await writeLease({ host, change: 'unlock', options, plan }, remote);
  const would = options.dryRun ? 'would be' : 'is';
  return `The lease of ${host} ${would} free`;
}

/** Branch first: were the host first, a cut would leave it open to old runs. */
async function turnBack(
  host: string,
  options: UnlockOptions,
  remote: RemoteState,
): Promise<string> {
  const session = await openNamedHost(host, options, remote);
  try {
    const seen = await askFence(session);
    let fence = seen ?? 0;
    const plan = (record: LeaseRecord): Lease => {
      const known = record.kind === 'read' ? record.lease.fence : undefined;
      fence = Math.min(known ?? seen ?? 0, seen ?? known ?? 0);
      return { ...freeLease(host, record), fence };
    };
    await writeLease({ host, change: 'reset-fence', options, plan }, remote);
    if (!options.dryRun) await resetFence(session, fence);
    const would = options.dryRun ? 'would be' : 'is';
    return `The lease of ${host} ${would} free, and its fence ${fence} on the branch and on the host`;
  } finally {
    await session.close();
  }
}

function isFree(record: LeaseRecord): boolean {
  return (
    record.kind === 'absent' ||
    (record.kind === 'read' && record.lease.holder === null)
  );
}

/**
 * Nobody's lease in its place. Of one that cannot be read the number is lost,
 * and the host still knows its own.
 */
function freeLease(host: string, record: LeaseRecord): Lease {
  return record.kind === 'read'
    ? releaseLease(record.lease)
    : { schema: 1, host, fence: 0, holder: null };
}
