import type { Clock } from '../adapters/clock.ts';
import type { EntryDraft } from '../audit/plan-append.ts';
import {
  releaseLease,
  renewLease,
  type Taker,
  takeLease,
} from '../gates/lease/change-lease.ts';
import {
  decideLease,
  type LeaseDecision,
  type RunState,
  type Sight,
  sightKey,
} from '../gates/lease/decide-lease.ts';
import { nextFence } from '../gates/lease/next-fence.ts';
import {
  type HeldLease,
  heldLease,
  type Lease,
  type LeaseHolder,
  type LeaseRecord,
} from '../model/lease.ts';
import { type Finding, finding } from '../model/verdict.ts';
import { readLease, renderLeases } from '../state/lease-store.ts';
import type { StateSnapshot } from '../state/snapshot.ts';
import type { StateChange } from '../state/state-change.ts';
import type { StateStore } from '../state/store.ts';

/** Renewed three times in its length, so that one failure costs nothing. */
const RENEWALS = 3;

/** What the leases of some hosts allow, from one look at the branch. */
export interface LeaseView {
  /** Leases to write, by host. */
  readonly taken: ReadonlyMap<string, HeldLease>;
  /** Hosts that cannot be had, and why. */
  readonly held: ReadonlyMap<string, Finding>;
  /** The soonest that one of them is free at the latest; none: never. */
  readonly waitMs: number | undefined;
  /** Leases that are taken from somebody who gave no sign of life. */
  readonly overtaken: readonly HeldLease[];
  /** When this was looked at, by the steady clock. */
  readonly at: number;
}

interface LeaseOptions {
  readonly taker: Taker;
  readonly clock: Clock;
  /** Highest fence that each host has seen, where it was asked. */
  readonly seen: ReadonlyMap<string, number>;
  /** What the forge says of the run that holds a lease. */
  readonly askRun: (run: LeaseHolder['run']) => Promise<RunState>;
}

interface OwnLease {
  lease: HeldLease;
  /** Begin of the write that renewed it last, by the steady clock. */
  renewedAt: number;
}

/** The leases of one job: watched, taken, renewed and released. */
export class HostLeases {
  readonly #options: LeaseOptions;
  readonly #sights = new Map<string, { key: string; since: number }>();
  readonly #own = new Map<string, OwnLease>();
  readonly #lost = new Set<string>();

  constructor(options: LeaseOptions) {
    this.#options = options;
  }

  get holder(): string {
    return this.#options.taker.id;
  }

  /** Looks at the leases of hosts, and remembers what it saw of others'. */
  async look(
    snapshot: StateSnapshot,
    hosts: readonly string[],
  ): Promise<LeaseView> {
    const at = this.#options.clock.elapsed();
    const taken = new Map<string, HeldLease>();
    const held = new Map<string, Finding>();
    const waits: number[] = [];
    const overtaken: HeldLease[] = [];
    for (const host of hosts) {
      const record = await readLease(snapshot, host);
      const sight = this.#watch(host, record, at);
      const self = this.#options.taker.id;
      const run = await this.#ask(record);
      const decision = decideLease({ host, record, self, sight, run });
      const got = this.#take(host, record, decision);
      if ('code' in got) held.set(host, got);
      else taken.set(host, got);
      if (decision.kind === 'wait') waits.push(decision.forMs);
      const before = heldLease(record);
      if (taken.has(host) && before && before.holder.id !== self) {
        overtaken.push(before);
      }
    }
    const waitMs = waits.length === 0 ? undefined : Math.min(...waits);
    return { taken, held, waitMs, overtaken, at };
  }

  #watch(host: string, record: LeaseRecord, now: number): Sight | undefined {
    const lease = heldLease(record);
    if (!lease) return void this.#sights.delete(host);
    const key = sightKey(lease);
    const known = this.#sights.get(host);
    if (known?.key === key) return { key, forMs: now - known.since };
    this.#sights.set(host, { key, since: now });
    return { key, forMs: 0 };
  }

  async #ask(record: LeaseRecord): Promise<RunState> {
    const holder = heldLease(record)?.holder;
    const own = holder?.id === this.#options.taker.id;
    return holder === undefined || own || holder.reason !== null
      ? 'unknown'
      : this.#options.askRun(holder.run);
  }

  #take(
    host: string,
    record: LeaseRecord,
    decision: LeaseDecision,
  ): HeldLease | Finding {
    if (decision.kind !== 'take') return decision.finding;
    if (record.kind === 'unreadable') throw new TypeError('it was blocked');
    const { seen, taker, clock } = this.#options;
    const next = nextFence({ host, record, seen: seen.get(host) });
    if (!next.ok) return next.finding;
    return takeLease(host, { taker, fence: next.fence, at: clock.now() });
  }

  /** The leases of a look are on the branch now. */
  won({ taken, at }: LeaseView): void {
    for (const [host, lease] of taken) {
      this.#own.set(host, { lease, renewedAt: at });
      this.#lost.delete(host);
    }
  }

  /** Why a host may not be changed any more; undefined where it may. */
  objection(host: string): Finding | undefined {
    const own = this.#own.get(host);
    if (own && !this.#lost.has(host) && !this.#isOver(own)) return undefined;
    return finding(
      'lease/lost',
      `The lease of ${host} was not renewed in time, or somebody else has it`,
    );
  }

  #age({ renewedAt }: OwnLease): number {
    return this.#options.clock.elapsed() - renewedAt;
  }

  #isOver(own: OwnLease): boolean {
    return this.#age(own) >= this.#options.taker.duration_ms;
  }

  /** Gives a sign of life where the last one is a while ago. */
  async renewOld(store: StateStore): Promise<void> {
    const dueMs = this.#options.taker.duration_ms / RENEWALS;
    const own = [...this.#own.values()];
    if (own.some((each) => this.#age(each) >= dueMs)) await this.renew(store);
  }

  async renew(store: StateStore): Promise<void> {
    const { clock } = this.#options;
    const at = clock.elapsed();
    let renewed = new Map<string, HeldLease>();
    await store.commit({
      message: `lease: renewed for ${[...this.#own.keys()].join(', ')}`,
      update: async (snapshot) => {
        const found = await this.#findOwn(snapshot);
        renewed = new Map(
          found.map((lease) => [lease.host, renewLease(lease, clock.now())]),
        );
        return renderLeases([...renewed.values()]);
      },
    });
    for (const [host, own] of this.#own) {
      const lease = renewed.get(host);
      if (lease) this.#own.set(host, { lease, renewedAt: at });
      else if (!this.#lost.has(host)) this.#lost.add(own.lease.host);
    }
  }

  /** What frees them on the branch; the leases of others are left alone. */
  async release(snapshot: StateSnapshot): Promise<StateChange> {
    const found = await this.#findOwn(snapshot);
    return renderLeases(found.map((lease): Lease => releaseLease(lease)));
  }

  async #findOwn(snapshot: StateSnapshot): Promise<HeldLease[]> {
    const found: HeldLease[] = [];
    for (const [host, own] of this.#own) {
      const lease = heldLease(await readLease(snapshot, host));
      const same =
        lease?.holder.id === own.lease.holder.id &&
        lease.fence === own.lease.fence;
      if (lease && same) found.push(lease);
    }
    return found;
  }

  /** Renews from now on by itself; to be called back before the end. */
  keep(store: StateStore): () => void {
    const every = this.#options.taker.duration_ms / RENEWALS;
    const timer = setInterval(() => {
      // One that fails is told by `objection` once the lease is over.
      this.renew(store).catch(() => {});
    }, every);
    timer.unref();
    return () => clearInterval(timer);
  }
}

/** What goes on record where a lease was taken from its holder. */
export function overtakeOf(
  { host, fence, holder }: HeldLease,
  by: Readonly<Record<string, unknown>>,
): EntryDraft {
  const before = { actor: holder.actor, run: holder.run, fence };
  const body = { change: 'overtaken', host, before, by };
  return { kind: 'lease', fence: fence + 1, body };
}
