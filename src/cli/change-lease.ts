import { describeRun } from '../actions/describe-run.ts';
import { ActionError, InputError } from '../model/errors.ts';
import { heldLease, type Lease, type LeaseRecord } from '../model/lease.ts';
import type { HostPolicy, Policy } from '../model/policy.ts';
import {
  exitStatusOfVerdict,
  type Finding,
  type Verdict,
} from '../model/verdict.ts';
import { openRepositoryAudit } from '../repository/repository-audit.ts';
import { readLease, renderLeases } from '../state/lease-store.ts';
import type { StateSnapshot } from '../state/snapshot.ts';
import type { HoldOptions } from './commands/options.ts';
import type { RemoteState } from './git-log.ts';
import type { Terminal } from './terminal.ts';

interface LeaseWrite {
  readonly host: string;
  readonly change: 'lock' | 'unlock' | 'reset-fence';
  readonly options: HoldOptions;
  /** The lease to write; undefined where it is as it should be. */
  readonly plan: (record: LeaseRecord) => Lease | undefined;
}

/** Writes the lease of a host by hand, on record in the same commit. */
export async function writeLease(
  { host, change, options, plan }: LeaseWrite,
  { run, place: { policy }, state, store }: RemoteState,
): Promise<void> {
  requireHost(policy.hosts, host);
  const planned = async (snapshot: StateSnapshot) =>
    plan(await readLease(snapshot, host));
  if (options.dryRun) {
    await planned(await store.fetch());
    return;
  }
  await openRepositoryAudit(run.ports, state, []).record({
    message: `${change}: ${host}`,
    drafts: async (snapshot) => {
      const lease = await planned(snapshot);
      if (!lease) return [];
      const before = describeRecord(await readLease(snapshot, host));
      const by = describeRun(run.ports, policy);
      const { reason } = options;
      const body = { change, host, reason, before, by };
      return [{ kind: 'lease', fence: lease.fence, body }];
    },
    beside: async (snapshot) => {
      const lease = await planned(snapshot);
      return renderLeases(lease ? [lease] : []);
    },
  });
}

/** The host of this name in the policy. */
export function requireHost(hosts: Policy['hosts'], name: string): HostPolicy {
  const host = Object.hasOwn(hosts, name) ? hosts[name] : undefined;
  if (host !== undefined) return host;
  const names = Object.keys(hosts).join(', ');
  throw new InputError('host', name, `a host of the policy: ${names}`);
}

/** Whose lease it was, for the record. */
function describeRecord(record: LeaseRecord): Record<string, unknown> {
  if (record.kind === 'unreadable') return { unreadable: record.why };
  const lease = heldLease(record);
  if (!lease) return { holder: null };
  const { actor, run } = lease.holder;
  return { holder: { actor, run }, fence: lease.fence };
}

export function refuse({ code, reason, remedy }: Finding): ActionError {
  return new ActionError(code, reason, { remedy });
}

export function show(verdict: Verdict, terminal: Terminal): number {
  terminal.verdict(verdict);
  terminal.document({ verdict });
  return exitStatusOfVerdict(verdict);
}
