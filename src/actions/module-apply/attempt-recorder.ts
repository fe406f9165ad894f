import type { Attempt, ModuleOutcome } from '../../apply/attempt.ts';
import { describeResult } from '../../apply/decide-outcome.ts';
import { statusOfAttempt } from '../../apply/status-of-attempt.ts';
import type { ApplyResult } from '../../drivers/driver.ts';
import { type Status, statusPath } from '../../model/status.ts';
import { finding } from '../../model/verdict.ts';
import { renderStatuses } from '../../state/status-store.ts';
import type { StateStore } from '../../state/store.ts';
import type { Ports } from '../step.ts';

/** Keeps the record of a step's attempts, from before the first byte on. */
export interface AttemptRecorder {
  /** To be called before the host is asked to change anything. */
  begin(attempt: Attempt): void;
  end(outcome: ModuleOutcome): void;
  /** True once the process was asked to stop: nothing new may begin. */
  isStopped(): boolean;
  /** Puts every status that is not stored yet on the state branch. */
  flush(): Promise<void>;
  /** Paths on the state branch that were written. */
  written(): readonly string[];
  close(): void;
}

interface RecorderOptions {
  readonly step: string;
  readonly sha: string;
  readonly store: StateStore;
}

/**
 * Opens the record. An attempt counts as `unknown` from its beginning until
 * its end is known, so that whatever interrupts the step leaves the truth.
 */
export function openAttemptRecorder(
  { step, sha, store }: RecorderOptions,
  ports: Ports,
): AttemptRecorder {
  const open = new Map<string, Attempt>();
  const pending = new Map<string, Status>();
  const written = new Set<string>();
  let stopped = false;
  const keep = (attempt: Attempt, result: ApplyResult) => {
    const at = ports.clock.now();
    const status = statusOfAttempt(attempt, { result, at });
    if (status) pending.set(attempt.module, status);
    else pending.delete(attempt.module);
  };
  const flush = async () => {
    const statuses = [...pending.values()];
    if (statuses.length === 0) return;
    const names = statuses.map((status) => status.module).join(', ');
    const change = renderStatuses(statuses);
    const message = `Status of ${names} at ${sha.slice(0, 12)}`;
    await store.commit({ message, update: async () => change });
    for (const status of statuses) {
      written.add(statusPath(status.module));
      if (pending.get(status.module) === status) pending.delete(status.module);
    }
  };
  const interrupt = async () => {
    stopped = true;
    for (const attempt of open.values()) {
      const result = interrupted(attempt);
      const outcome = { kind: 'attempted', attempt, result } as const;
      ports.verdicts.append('result', step, describeResult(outcome));
    }
    await flush();
  };
  const withdraw = ports.onStop?.(interrupt);
  return {
    begin(attempt) {
      ports.verdicts.append('intent', step, describeIntent(attempt));
      open.set(attempt.module, attempt);
      keep(attempt, interrupted(attempt));
    },
    end(outcome) {
      ports.verdicts.append('result', step, describeResult(outcome));
      if (outcome.kind === 'held') return;
      open.delete(outcome.attempt.module);
      keep(outcome.attempt, outcome.result);
    },
    isStopped: () => stopped,
    flush,
    written: () => [...written],
    close: () => withdraw?.(),
  };
}

function interrupted({ module, record }: Attempt): ApplyResult {
  const reason = `The step ended before ${module} did`;
  return {
    result: 'unknown',
    record,
    finding: finding('apply/unknown', reason, { module }),
  };
}

function describeIntent(attempt: Attempt) {
  return {
    module: attempt.module,
    host: attempt.host,
    sha: attempt.sha,
    tree: attempt.tree,
    plan_digest: attempt.planDigest,
    attempt: attempt.record,
    actor: attempt.actor,
    run: attempt.run,
  };
}
