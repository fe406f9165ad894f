import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import type { LaneEvent } from '../../../src/model/event.ts';
import { plainGit } from '../state-remote.ts';
import { dispatchEvent, pushEvent } from '../step-run.ts';
import { type HistoryFigures, judgeHistory } from './judge-history.ts';
import type { LaneJob } from './lane-process.ts';
import { HOSTS, type LeaseStand, openLeaseStand } from './lease-stand.ts';
import { pick, signal, startLane } from './start-lane.ts';

export interface ContendOptions {
  readonly contenders: number;
  /** For so long a new lane begins where one has ended. */
  readonly seconds: number;
  readonly leaseSeconds: number;
  /** Share of the lanes that are killed or stopped, from 0 to 1. */
  readonly struck: number;
  /** Share of pushes whose answer gets lost. */
  readonly lost: number;
}

export interface ContendTally {
  /** Lanes that ended by themselves, by the code of their apply. */
  readonly codes: Readonly<Record<string, number>>;
  readonly killed: number;
  readonly stopped: number;
  readonly seconds: number;
  readonly hosts: Readonly<Record<string, HistoryFigures>>;
  /** What should not be; empty where all is well. */
  readonly problems: readonly string[];
}

const STRIKES = ['kill', 'kill-all', 'stop', 'stop'] as const;
type Strike = (typeof STRIKES)[number];
/** A lane that waits in turn for so many others is done long before. */
const STUCK_MS = 600_000;

/**
 * Lanes of many runners for two hosts, each from a clone of its own, whose
 * clocks are an hour off, whose pushes lose their answers, and which are killed
 * or stopped for longer than their lease. At the end each host is free.
 */
export async function contend(options: ContendOptions): Promise<ContendTally> {
  const stand = await openLeaseStand(options);
  const match = new Match(stand, options);
  const started = performance.now();
  const isOver = () => performance.now() - started > options.seconds * 1_000;
  try {
    await Promise.all(
      Array.from({ length: options.contenders }, async (_, index) => {
        const clone = match.clone(String(index));
        while (!isOver()) await match.play(clone);
      }),
    );
    const seconds = (performance.now() - started) / 1_000;
    const problems = await match.finish();
    const hosts = Object.fromEntries(
      HOSTS.map((host) => [host, judgeHistory(stand.history(host))]),
    );
    for (const each of Object.values(hosts)) problems.push(...each.problems);
    problems.push(...(await stand.verify()));
    return { ...match.tally, seconds, hosts, problems };
  } finally {
    await match.close();
    await stand.close();
  }
}

class Match {
  readonly tally = {
    codes: {} as Record<string, number>,
    killed: 0,
    stopped: 0,
  };
  readonly #stand: LeaseStand;
  readonly #options: ContendOptions;
  readonly #folders: string[] = [];
  #stuck = 0;
  #longestMs = 5_000;

  constructor(stand: LeaseStand, options: ContendOptions) {
    this.#stand = stand;
    this.#options = options;
  }

  clone(name: string): string {
    const { root, remote, address } = this.#stand;
    const path = join(root, 'clones', name);
    mkdirSync(path, { recursive: true });
    // Past the server, which is in this process and could not answer now.
    plainGit(path, ['clone', '-q', remote, '.']);
    plainGit(path, ['remote', 'set-url', 'origin', address]);
    return path;
  }

  /** One lane, which may be struck at any moment. */
  async play(checkout: string): Promise<void> {
    const strike =
      Math.random() < this.#options.struck ? pick(STRIKES) : undefined;
    const started = performance.now();
    const end = await this.#run(checkout, this.#pickEvent(checkout), strike);
    if (end === undefined) return;
    this.#longestMs = (this.#longestMs + performance.now() - started) / 2;
    this.tally.codes[end] = (this.tally.codes[end] ?? 0) + 1;
  }

  /** Nobody is struck any more: each host must be free for who comes now. */
  async finish(): Promise<string[]> {
    const problems: string[] = [];
    const checkout = this.clone('last');
    for (const host of HOSTS) {
      const inputs = { module: `on-${host}` };
      const code = await this.#run(
        checkout,
        dispatchEvent(this.#stand.tip, inputs),
      );
      if (code !== 'apply/applied') problems.push(`${host}: ended in ${code}`);
      const lease = this.#stand.lease(host);
      if (!lease || lease.holder) problems.push(`${host}: the lease stays`);
    }
    for (const code of Object.keys(this.tally.codes)) {
      if (/^exit|internal\//.test(code)) problems.push(`a lane said ${code}`);
    }
    if (this.#stuck > 0) problems.push(`${this.#stuck} lanes had no end`);
    return problems;
  }

  async close(): Promise<void> {
    for (const each of this.#folders) await this.#stand.closeJob(each);
  }

  #pickEvent(checkout: string): LaneEvent {
    const { tip } = this.#stand;
    const host = pick([...HOSTS, undefined]);
    // A push changes both hosts in one lane.
    return host === undefined
      ? pushEvent(plainGit(checkout, ['rev-parse', `${tip}~1`]), tip)
      : dispatchEvent(tip, { module: `on-${host}` });
  }

  /** The code of its apply; undefined where it was killed. */
  async #run(checkout: string, event: LaneEvent, strike?: Strike) {
    const run = String(this.#folders.length + 1);
    const root = join(this.#stand.root, 'jobs', run);
    mkdirSync(root, { recursive: true });
    this.#folders.push(join(root, 'job-1'));
    const job: LaneJob = { root, checkout, event, run };
    const child = startLane(this.#stand.program, job);
    const said = Promise.all([text(child.stdout), text(child.stderr)]);
    const ended = once(child, 'close');
    const stuck = setTimeout(() => {
      this.#stuck += 1;
      signal(child, 'SIGKILL');
    }, STUCK_MS);
    if (strike) await this.#strike(child, strike, ended);
    await ended;
    clearTimeout(stuck);
    if (child.signalCode !== null) return undefined;
    const [told, failed] = await said;
    if (child.exitCode !== 0) return `exit ${child.exitCode}: ${failed}`;
    const { codes } = JSON.parse(told.trimEnd().split('\n').at(-1) ?? '{}');
    return codes.apply ?? `before the apply: ${JSON.stringify(codes)}`;
  }

  async #strike(
    child: ChildProcess,
    strike: Strike,
    ended: Promise<unknown>,
  ): Promise<void> {
    const within = 1.2 * this.#longestMs;
    await Promise.race([ended, delay(Math.random() * within)]);
    if (child.exitCode !== null) return;
    this.tally[strike === 'stop' ? 'stopped' : 'killed'] += 1;
    if (strike === 'kill') child.kill('SIGKILL');
    else if (strike === 'kill-all') signal(child, 'SIGKILL');
    else {
      signal(child, 'SIGSTOP');
      await delay(this.#options.leaseSeconds * (1.2 + Math.random()) * 1_000);
      signal(child, 'SIGCONT');
    }
  }
}
