import type { OpenAttempt } from '../apply/open-attempt.ts';
import { type HeldLease, heldLease, type LeaseRecord } from '../model/lease.ts';
import { type DoctorFinding, fault, fine, unknown } from './finding.ts';

/** What the remote says of its branches, and the state branch of its work. */
export interface StateFacts {
  readonly branch: string;
  readonly defaultBranch: string;
  readonly trusted: string;
  readonly now: Date;
  /** Undefined where the remote has none. */
  readonly commit: string | undefined;
  /** Full ref -> commit. */
  readonly heads: ReadonlyMap<string, string>;
  /** Of the branch; the reason where it cannot be read. */
  readonly held:
    | {
        readonly leases: ReadonlyMap<string, LeaseRecord>;
        readonly attempts: readonly OpenAttempt[];
      }
    | string;
}

const ORIGIN = 'origin';

export function judgeState(facts: StateFacts): DoctorFinding[] {
  const { branch, commit, held } = facts;
  return [
    ...judgeOrigin(facts),
    commit === undefined
      ? fault('state-branch/absent', ORIGIN, `there is no ${branch} yet`)
      : fine('state-branch', ORIGIN, `${branch} at ${commit.slice(0, 12)}`),
    ...(typeof held === 'string'
      ? [unknown('leases', ORIGIN, held), unknown('intents', ORIGIN, held)]
      : [
          ...judgeLeases(held.leases, facts.now),
          ...judgeIntents(held.attempts, held.leases, facts.now),
        ]),
  ];
}

function judgeOrigin(facts: StateFacts): DoctorFinding[] {
  const { defaultBranch, heads, trusted } = facts;
  const tip = heads.get(`refs/heads/${defaultBranch}`);
  if (tip === undefined) {
    const reason = `it has no branch ${defaultBranch}`;
    return [fault('origin/branchless', ORIGIN, reason)];
  }
  const answers = fine(
    'origin',
    ORIGIN,
    `${defaultBranch} is at ${tip.slice(0, 12)}`,
  );
  if (tip === trusted) return [answers];
  const reason = `looked at ${trusted.slice(0, 12)}, the remote is at ${tip.slice(0, 12)}`;
  return [answers, fault('policy/behind', 'repository', reason)];
}

function judgeLeases(
  leases: ReadonlyMap<string, LeaseRecord>,
  now: Date,
): DoctorFinding[] {
  const found = [...leases].flatMap(([host, record]): DoctorFinding[] => {
    if (record.kind === 'unreadable') {
      return [fault('leases/unreadable', host, record.why, { host })];
    }
    const lease = heldLease(record);
    if (!lease) return [];
    return isPast(record, now)
      ? [fault('leases/past', host, describeHolder(lease), { host })]
      : [fine('leases', host, `held by ${describeHolder(lease)}`)];
  });
  return found.length === 0 ? [fine('leases', ORIGIN, 'none is held')] : found;
}

/** Who holds the host of an attempt may be at it. */
function judgeIntents(
  attempts: readonly OpenAttempt[],
  leases: ReadonlyMap<string, LeaseRecord>,
  now: Date,
): DoctorFinding[] {
  const found = attempts.map(({ module, host, since, actor }) => {
    const lease = leases.get(host);
    const reason = `${module} on ${host}, since ${since}, by ${JSON.stringify(actor)}`;
    return lease && heldLease(lease) && !isPast(lease, now)
      ? fine('intents', module, `${reason}: ${host} is held, it may be at work`)
      : fault('intents/open', module, reason, { module });
  });
  return found.length === 0 ? [fine('intents', ORIGIN, 'none is open')] : found;
}

function describeHolder({ holder }: HeldLease): string {
  const { actor, run, expires_at } = holder;
  return `${JSON.stringify(actor)} (run ${run.url || run.id}), until ${expires_at} unless renewed`;
}

/** By clocks of two machines, which is good enough to tell a person. */
function isPast(record: LeaseRecord, now: Date): boolean {
  const lease = heldLease(record);
  return lease ? Date.parse(lease.holder.expires_at) < now.getTime() : true;
}
