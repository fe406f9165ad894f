import { releaseLease } from '../../gates/lease/change-lease.ts';
import type { Lease, LeaseRecord } from '../../model/lease.ts';
import { passVerdict } from '../../model/verdict.ts';
import { show, writeLease } from '../change-lease.ts';
import { openRemoteState } from '../git-log.ts';
import type { Terminal } from '../terminal.ts';
import type { HoldOptions } from './options.ts';

/** Frees the lease of a host, whoever holds it. */
export function unlock(host: string, options: HoldOptions) {
  return async (terminal: Terminal): Promise<number> => {
    const remote = await openRemoteState(options, terminal);
    try {
      const plan = (record: LeaseRecord) => freeLease(host, record);
      await writeLease({ host, change: 'unlock', options, plan }, remote);
      const would = options.dryRun ? 'would be' : 'is';
      const reason = `The lease of ${host} ${would} free`;
      const about = { gate: 'unlock', sha: '' };
      return show(passVerdict(about, 'lease/unlocked', reason), terminal);
    } finally {
      remote.close();
    }
  };
}

/**
 * Nobody's lease in its place; undefined where it is free. Of one that cannot
 * be read the number is lost, and the host still knows its own.
 */
function freeLease(host: string, record: LeaseRecord): Lease | undefined {
  switch (record.kind) {
    case 'absent':
      return undefined;
    case 'unreadable':
      return { schema: 1, host, fence: 0, holder: null };
    case 'read':
      return record.lease.holder === null
        ? undefined
        : releaseLease(record.lease);
  }
}
