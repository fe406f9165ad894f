import { setTimeout as delay } from 'node:timers/promises';
import { HostLeases } from '../../src/actions/host-leases.ts';
import { Holds, LeaseRace } from '../../src/actions/module-apply/holds.ts';
import { systemClock } from '../../src/adapters/clock.ts';
import { renderLeases } from '../../src/state/lease-store.ts';
import type { StateStore } from '../../src/state/store.ts';
import {
  type CountingExec,
  makeCountingExec,
} from '../../tests/support/counting-exec.ts';
import { makePlatform } from '../../tests/support/platform.ts';
import { makeStateRemote } from '../../tests/support/state-remote.ts';
import { dispatchEvent, makeStepRun } from '../../tests/support/step-run.ts';

// Lanes that wait for one host at once, as far as their leases go: each waits,
// takes, works for a moment and releases. How long the host is idle between one
// and the next, how long a lane waits, and what a wait asks of the remote.
//   npx tsx scripts/bench/leases.ts [lanes, 50] [milliseconds of work, 1000]
const [lanes = 50, work = 1_000] = process.argv.slice(2).map(Number);

const SUBJECTS = [{ module: 'web', host: 'here' }];
const remote = makeStateRemote();
const platform = makePlatform({ 'README.md': '' });
const turns: { readonly from: number; readonly to: number }[] = [];

try {
  const begun = performance.now();
  const ends = await Promise.all(
    Array.from({ length: lanes }, (_, index) => runLane(String(index))),
  );
  report(begun, ends);
} finally {
  remote.remove();
  platform.close();
}

interface End {
  readonly waited: number;
  readonly counted: CountingExec;
}

/** One lane from its first look to its release. */
async function runLane(id: string): Promise<End> {
  const counted = makeCountingExec();
  const store = remote.open({ exec: counted.exec });
  const { ports } = makeStepRun(platform, dispatchEvent(''));
  const taker = {
    id: id.padStart(32, '0'),
    run: { id, number: id, attempt: '1', url: '' },
    actor: 'ada',
    reason: null,
    duration_ms: 900_000,
  };
  const leases = new HostLeases({
    ...{ taker, clock: systemClock, seen: new Map() },
    askRun: async () => 'unknown',
  });
  const holds = new Holds(leases, { person: false, reason: '' }, ports);
  const started = performance.now();
  while (!(await take(holds, store, id)));
  const from = performance.now();
  await delay(work);
  await store.commit({
    message: `lease: released by ${id}`,
    update: (snapshot) => leases.release(snapshot),
  });
  turns.push({ from, to: performance.now() });
  return { waited: from - started, counted };
}

/** As a lane does it: waits for what is held, and takes in one commit. */
async function take(
  holds: Holds,
  store: StateStore,
  id: string,
): Promise<boolean> {
  const first = await holds.judge(await store.fetch(), SUBJECTS);
  if (holds.isWorthWaiting(first.view)) {
    await holds.waitFor(store, SUBJECTS, first.view);
    return false;
  }
  let { view } = first;
  try {
    await store.commit({
      message: `lease: taken by ${id}`,
      update: async (snapshot) => {
        ({ view } = await holds.judge(snapshot, SUBJECTS));
        if (view.held.size > 0) throw new LeaseRace();
        return renderLeases([...view.taken.values()]);
      },
    });
  } catch (error) {
    if (error instanceof LeaseRace) return false;
    throw error;
  }
  holds.leases.won(view);
  return true;
}

function report(begun: number, ends: readonly End[]): void {
  const idle = turns
    .sort((a, b) => a.from - b.from)
    .map(({ from }, index) => from - (turns[index - 1]?.to ?? begun));
  const waits = ends.map(({ waited }) => waited);
  const count = (verb: 'fetch' | 'push' | 'ls-remote') =>
    ends.map(({ counted }) => counted.count(verb));
  const all = (turns.at(-1)?.to ?? begun) - begun;
  console.log(
    `${lanes} lanes, ${work} ms of work each: all done in ${seconds(all)}, ${((lanes * work) / all).toFixed(2)} of it work`,
  );
  console.log(`time to progress: ${spread(idle, seconds)}`);
  console.log(`wait of a lane:   ${spread(waits, seconds)}`);
  for (const verb of ['ls-remote', 'fetch', 'push'] as const) {
    console.log(`${verb} of a lane: ${spread(count(verb), String)}`);
  }
}

function spread(
  values: readonly number[],
  render: (value: number) => string,
): string {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) =>
    render(sorted[Math.floor(share * (sorted.length - 1))] ?? 0);
  return `${at(0.5)} (median), ${at(0.95)} (95 of 100), ${at(1)} (longest)`;
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1_000).toFixed(1)} s`;
}
