import { randomUUID } from 'node:crypto';
import { takeLease } from '../../gates/lease/change-lease.ts';
import { decideLease } from '../../gates/lease/decide-lease.ts';
import { nextFence } from '../../gates/lease/next-fence.ts';
import { parseDuration } from '../../model/duration.ts';
import { InputError } from '../../model/errors.ts';
import { MAX_LEASE_MS } from '../../model/lease.ts';
import { passVerdict } from '../../model/verdict.ts';
import { refuse, show, writeLease } from '../change-lease.ts';
import { openRemoteState } from '../git-log.ts';
import type { Terminal } from '../terminal.ts';
import type { HoldOptions } from './options.ts';

interface LockOptions extends HoldOptions {
  readonly for: string;
}

/** Takes the lease of a host for a person, where nobody has it. */
export function lock(host: string, options: LockOptions) {
  return async (terminal: Terminal): Promise<number> => {
    const duration = parseDuration(options.for);
    if (duration === undefined || duration > MAX_LEASE_MS) {
      throw new InputError('--for', options.for, 'a duration of at most 24h');
    }
    const remote = await openRemoteState(options, terminal);
    try {
      const { context, clock } = remote.run.ports;
      const taker = {
        id: randomUUID().replaceAll('-', ''),
        run: context.identity,
        actor: context.actor,
        reason: options.reason,
        duration_ms: duration,
      };
      const at = clock.now();
      await writeLease(
        {
          host,
          change: 'lock',
          options,
          plan: (record) => {
            const facts = { host, record, self: taker.id };
            const decision = decideLease({
              ...facts,
              sight: undefined,
              run: 'unknown',
            });
            if (decision.kind !== 'take') throw refuse(decision.finding);
            if (record.kind === 'unreadable') throw new TypeError(host);
            const next = nextFence({ host, record, seen: undefined });
            if (!next.ok) throw refuse(next.finding);
            return takeLease(host, { taker, fence: next.fence, at });
          },
        },
        remote,
      );
      const until = new Date(at.getTime() + duration).toISOString();
      const would = options.dryRun ? 'would be' : 'is';
      const reason = `${host} ${would} locked for ${context.actor} until ${until}`;
      const about = { gate: 'lock', sha: '' };
      return show(passVerdict(about, 'lease/locked', reason), terminal);
    } finally {
      remote.close();
    }
  };
}
