import {
  decideFreeze,
  type FreezePass,
} from '../../gates/freeze/decide-freeze.ts';
import type { Finding } from '../../model/verdict.ts';
import { readFreezes } from '../../state/freeze-store.ts';
import type { StateSnapshot } from '../../state/snapshot.ts';
import type { StateStore } from '../../state/store.ts';
import type { HostLeases, LeaseView } from '../host-leases.ts';
import type { Ports } from '../step.ts';

/** Longer than any lease of a lane, so that a dead one is always outlived. */
const MAX_WAIT_MS = 20 * 60_000;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;

/** What holds modules up at one moment, and what may be had. */
export interface Held {
  readonly modules: ReadonlyMap<string, Finding>;
  /** Freezes that a person passes, by module. */
  readonly passed: ReadonlyMap<string, readonly string[]>;
  readonly view: LeaseView;
}

interface HeldSubject {
  readonly module: string;
  readonly host: string;
}

/** Somebody else was faster; nothing was written. */
export class LeaseRace extends Error {}

/**
 * Freezes and leases, judged twice: before anything is prepared, and in the
 * very commit that announces. In between it waits for who holds a host.
 */
export class Holds {
  readonly leases: HostLeases;
  readonly pass: FreezePass;
  readonly #ports: Ports;
  readonly #since: number;
  #looks = 0;
  #told = '';

  constructor(leases: HostLeases, pass: FreezePass, ports: Ports) {
    this.leases = leases;
    this.pass = pass;
    this.#ports = ports;
    this.#since = ports.clock.elapsed();
  }

  /** What of these may not be applied now. */
  async judge(
    snapshot: StateSnapshot,
    subjects: readonly HeldSubject[],
  ): Promise<Held> {
    const at = this.#ports.clock.now();
    const freezes = await readFreezes(snapshot);
    const modules = new Map<string, Finding>();
    const passed = new Map<string, readonly string[]>();
    for (const subject of subjects) {
      const { pass } = this;
      const decided = decideFreeze(freezes, subject, { at, pass });
      const [first] = decided.findings;
      if (first) modules.set(subject.module, first);
      if (decided.passed.length > 0) {
        passed.set(subject.module, decided.passed);
      }
    }
    const going = subjects.filter(({ module }) => !modules.has(module));
    const hosts = [...new Set(going.map(({ host }) => host))];
    const view = await this.leases.look(snapshot, hosts);
    for (const { module, host } of going) {
      const held = view.held.get(host);
      if (held) modules.set(module, { ...held, module });
    }
    return { modules, passed, view };
  }

  /** True where the wait for one of the hosts is not too long. */
  isWorthWaiting({ waitMs }: LeaseView): boolean {
    const waited = this.#ports.clock.elapsed() - this.#since;
    return waitMs !== undefined && waited + waitMs <= MAX_WAIT_MS;
  }

  /** Looks again and again, until nothing is worth waiting for any more. */
  async waitFor(
    store: StateStore,
    subjects: readonly HeldSubject[],
    first: LeaseView,
  ): Promise<void> {
    let view = first;
    while (this.isWorthWaiting(view)) {
      await this.#pause(view);
      view = (await this.judge(await store.fetch(), subjects)).view;
    }
  }

  /** Longer each time, and never longer than it can take. */
  async #pause({ held, waitMs = 0 }: LeaseView): Promise<void> {
    const told = [...held.values()].map(({ reason }) => reason).join('; ');
    if (told !== this.#told) this.#ports.print(`Waiting: ${told}`);
    this.#told = told;
    const longest = Math.min(
      LONGEST_PAUSE_MS,
      FIRST_PAUSE_MS * 2 ** this.#looks,
    );
    this.#looks += 1;
    const pause = longest * (0.5 + Math.random() / 2);
    await this.#ports.clock.sleep(Math.ceil(Math.min(pause, waitMs)));
  }
}
