import { sightKey } from '../../gates/lease/decide-lease.ts';
import {
  type HeldLease,
  heldLease,
  type LeaseRecord,
} from '../../model/lease.ts';
import { type Finding, finding } from '../../model/verdict.ts';
import { readLeases } from '../../state/lease-store.ts';
import type { StateSnapshot } from '../../state/snapshot.ts';
import type { StateStore } from '../../state/store.ts';
import { holderId } from '../holder-id.ts';
import { HostLeases } from '../host-leases.ts';
import { makeRunQuestion } from '../run-question.ts';
import type { Ports } from '../step.ts';
import type { ReconcileWork } from './reconcile-work.ts';

/** Longer than the lease of a lane. */
const MAX_WATCH_MS = 20 * 60_000;
const LONGEST_PAUSE_MS = 30_000;

/** Who is at which host, after the leases were watched. */
export interface WatchedLeases {
  readonly snapshot: StateSnapshot;
  readonly dead: readonly HeldLease[];
  /** Hosts of which somebody holds the lease, or perhaps does. */
  readonly busy: ReadonlySet<string>;
  readonly findings: readonly Finding[];
}

/**
 * Watches leases that lanes hold, until each gave a sign of life or is dead. A
 * person who locked a host is not watched: theirs ends when they said.
 */
export async function watchLeases(
  { store, subject, inputs }: ReconcileWork,
  ports: Ports,
): Promise<WatchedLeases> {
  const first = await store.fetch();
  const lanes = listHeld(await readLeases(first)).filter(
    ({ holder }) =>
      holder.reason === null && holder.duration_ms <= MAX_WATCH_MS,
  );
  const taker = {
    id: holderId(ports.context.folder()),
    run: ports.context.identity,
    actor: ports.context.actor,
    reason: null,
    duration_ms: subject.policy.state.lease,
  };
  const leases = new HostLeases({
    ...{ taker, clock: ports.clock, seen: new Map() },
    askRun: makeRunQuestion(inputs, ports),
  });
  const watched = inputs.dryRun
    ? { snapshot: first, dead: [] }
    : await watch(leases, { lanes, first, store }, ports);
  // Others may have come while these were watched.
  const now = await readLeases(watched.snapshot);
  const dead = new Set(watched.dead.map(({ host }) => host));
  const unreadable = [...now].filter(([, { kind }]) => kind === 'unreadable');
  const held = listHeld(now).map(({ host }) => host);
  return {
    ...watched,
    busy: new Set([
      ...held.filter((host) => !dead.has(host)),
      ...unreadable.map(([host]) => host),
    ]),
    findings: unreadable.map(describeUnreadable),
  };
}

function listHeld(records: ReadonlyMap<string, LeaseRecord>): HeldLease[] {
  return [...records.values()].flatMap((record) => heldLease(record) ?? []);
}

function describeUnreadable([host, record]: [string, LeaseRecord]): Finding {
  const why = record.kind === 'unreadable' ? record.why : '';
  const reason = `The lease of ${host} cannot be read (${why}), so it counts as held`;
  return finding('lease/unreadable', reason);
}

async function watch(
  leases: HostLeases,
  given: {
    readonly lanes: readonly HeldLease[];
    readonly first: StateSnapshot;
    readonly store: StateStore;
  },
  { clock, print }: Ports,
): Promise<Pick<WatchedLeases, 'snapshot' | 'dead'>> {
  const keys = new Map(given.lanes.map((each) => [each.host, sightKey(each)]));
  const since = clock.elapsed();
  let snapshot = given.first;
  for (;;) {
    const view = await leases.look(snapshot, [...keys.keys()]);
    const { waitMs, overtaken } = view;
    const isLong = clock.elapsed() - since + (waitMs ?? 0) > MAX_WATCH_MS;
    if (waitMs === undefined || isLong) return { snapshot, dead: overtaken };
    if (snapshot === given.first) {
      print(`Watching the leases of ${[...keys.keys()].join(', ')}`);
    }
    await clock.sleep(Math.ceil(Math.min(waitMs, LONGEST_PAUSE_MS)));
    snapshot = await given.store.fetch();
    const now = await readLeases(snapshot);
    for (const [host, key] of keys) {
      const lease = heldLease(now.get(host) ?? { kind: 'absent' });
      if (!lease || sightKey(lease) !== key) keys.delete(host);
    }
  }
}
