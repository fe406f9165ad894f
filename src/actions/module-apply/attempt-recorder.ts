import type { Attempt, ModuleOutcome } from '../../apply/attempt.ts';
import { describeIntent, describeResult } from '../../apply/decide-outcome.ts';
import type { AuditLog } from '../../audit/audit-log.ts';
import type { Checkpoint } from '../../audit/checkpoint.ts';
import type { AppendedEntry } from '../../audit/plan-append.ts';
import { readTail } from '../../audit/read-tail.ts';
import type { Finding } from '../../model/verdict.ts';
import type { StateSnapshot } from '../../state/snapshot.ts';
import type { StateStore } from '../../state/store.ts';
import type { Ports } from '../step.ts';
import {
  type Announcement,
  attemptsOf,
  type PlannedAttempt,
  planAnnouncement,
} from './announcement.ts';
import { cutOff } from './cut-off.ts';
import type { Holds } from './holds.ts';
import { planResults } from './results.ts';

interface RecorderOptions {
  readonly step: string;
  readonly sha: string;
  readonly log: AuditLog;
  readonly store: StateStore;
  readonly holds: Holds;
}

/** An announced attempt, and how far it got. */
interface Course extends PlannedAttempt {
  begun: boolean;
  outcome: ModuleOutcome | undefined;
  /** The outcome that is on record. */
  stored: ModuleOutcome | undefined;
}

/**
 * Keeps the record of a step's attempts, from before the first byte on: one
 * commit before any of them, and one after all of them. What is begun and not
 * ended counts as unknown, so that whatever interrupts the step leaves the
 * truth.
 */
export class AttemptRecorder {
  readonly #options: RecorderOptions;
  readonly #ports: Ports;
  readonly #courses = new Map<string, Course>();
  readonly #written = new Set<string>();
  readonly #withdraw: (() => void) | undefined;
  #by: Announcement['by'] | undefined;
  #checkpoint: Checkpoint | undefined;
  #stopped = false;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: RecorderOptions, ports: Ports) {
    this.#options = options;
    this.#ports = ports;
    this.#withdraw = ports.onStop?.(() => this.#stop());
  }

  /** True once the process was asked to stop: nothing new may begin. */
  get isStopped(): boolean {
    return this.#stopped;
  }

  /** Paths of the statuses that were written because of a result. */
  get written(): readonly string[] {
    return [...this.#written];
  }

  /** How far the log went when something was last put there. */
  get checkpoint(): Checkpoint | undefined {
    return this.#checkpoint;
  }

  /**
   * Returns once the remote holds the intents; not before that may a host be
   * asked to change anything. Yields the modules that may not be attempted
   * after all.
   */
  announce(announcement: Announcement): Promise<ReadonlyMap<string, Finding>> {
    return this.#inTurn(() => this.#announce(announcement));
  }

  /** To be called just before the host is asked. */
  begin(module: string): Attempt {
    const course = this.#courses.get(module);
    if (!course) throw new TypeError(`${module} was not announced`);
    const { attempt } = course;
    const { verdicts } = this.#ports;
    verdicts.append('intent', this.#options.step, describeIntent(attempt));
    course.begun = true;
    return attempt;
  }

  end(outcome: ModuleOutcome): void {
    const { verdicts } = this.#ports;
    verdicts.append('result', this.#options.step, describeResult(outcome));
    const course = this.#courses.get(moduleOf(outcome));
    if (course) course.outcome = outcome;
  }

  /** Puts every result that is not stored yet on the state branch. */
  flush(): Promise<void> {
    return this.#inTurn(() => this.#store());
  }

  /** Looks how far the log went meanwhile; true where others added to it. */
  async advance(): Promise<boolean> {
    const known = this.#checkpoint;
    const { log, size, head } = await readTail(
      await this.#options.store.fetch(),
    );
    if (!known || log !== known.log || head === undefined) return false;
    if (size <= known.size) return false;
    this.#checkpoint = { log, size, head };
    return true;
  }

  close(): void {
    this.#withdraw?.();
  }

  /** One after the other, so that a stop in the middle sees what is there. */
  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => {});
    return result;
  }

  async #announce(announcement: Announcement) {
    const { attempts, reconciled } = announcement;
    const named = [...attempts, ...reconciled].map(
      ({ attempt }) => attempt.module,
    );
    if (named.length === 0) return new Map<string, Finding>();
    const { holds } = this.#options;
    const announced = { ...announcement, holds };
    const plan = planAnnouncement(announced, this.#ports.clock.now());
    await this.#record('intent', named, plan);
    this.#by = announcement.by;
    const judged = plan.judged();
    const { before, taken, held } = judged;
    if (held) holds.leases.won(held.view);
    for (const planned of attemptsOf(announcement, judged)) {
      const { module } = planned.attempt;
      const attempt = { ...planned.attempt, previous: before.get(module) };
      const course = { begun: false, outcome: undefined, stored: undefined };
      this.#courses.set(module, { ...planned, attempt, ...course });
    }
    return taken;
  }

  async #store(): Promise<void> {
    const courses = [...this.#courses.values()];
    const ended = courses.flatMap((course) => {
      const outcome =
        course.outcome ??
        (this.#stopped ? cutOff(course.attempt, course.begun) : undefined);
      return outcome && outcome !== course.stored
        ? [{ course, ended: { ...course, outcome } }]
        : [];
    });
    if (ended.length === 0 || this.#by === undefined) return;
    const plan = planResults(
      ended.map((each) => each.ended),
      this.#by,
      this.#ports.clock.now(),
    );
    const { leases } = this.#options.holds;
    const isLast = this.#stopped || courses.every(({ outcome }) => outcome);
    const beside = async (snapshot: StateSnapshot) =>
      new Map([
        ...(await plan.beside(snapshot)),
        ...(isLast ? await leases.release(snapshot) : []),
      ]);
    const modules = ended.map(({ course }) => course.attempt.module);
    await this.#record('result', modules, { ...plan, beside });
    for (const path of plan.changed) this.#written.add(path);
    for (const each of ended) each.course.stored = each.ended.outcome;
  }

  async #record(
    kind: 'intent' | 'result',
    modules: readonly string[],
    plan: Pick<Parameters<AuditLog['record']>[0], 'drafts' | 'beside'>,
  ): Promise<void> {
    const { sha, log } = this.#options;
    const names = [...new Set(modules)].join(', ');
    const message = `audit: ${kind} of ${names} at ${sha.slice(0, 12)}`;
    const last = (await log.record({ message, ...plan })).at(-1);
    if (last) this.#checkpoint = checkpointAt(last);
  }

  async #stop(): Promise<void> {
    this.#stopped = true;
    const { verdicts } = this.#ports;
    for (const course of this.#courses.values()) {
      if (!course.begun || course.outcome) continue;
      const body = describeResult(cutOff(course.attempt, true));
      verdicts.append('result', this.#options.step, body);
    }
    await this.flush();
  }
}

function checkpointAt({ log, seq, hash }: AppendedEntry): Checkpoint {
  return { log, size: seq + 1, head: hash };
}

function moduleOf(outcome: ModuleOutcome): string {
  return outcome.kind === 'held' ? outcome.module : outcome.attempt.module;
}
