import type { Attempt, ModuleOutcome } from '../../apply/attempt.ts';
import { describeResult } from '../../apply/decide-outcome.ts';
import { statusOfAttempt } from '../../apply/status-of-attempt.ts';
import type { ApplyResult } from '../../drivers/driver.ts';
import { finding } from '../../model/verdict.ts';
import type { StateStore } from '../../state/store.ts';
import type { Ports } from '../step.ts';
import { openPendingStatuses } from './pending-statuses.ts';

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
  const statuses = openPendingStatuses(store, sha);
  let stopped = false;
  const keep = (attempt: Attempt, result: ApplyResult) => {
    const at = ports.clock.now();
    statuses.put(attempt.module, statusOfAttempt(attempt, { result, at }));
  };
  const withdraw = ports.onStop?.(async () => {
    stopped = true;
    for (const attempt of open.values()) {
      const result = interrupted(attempt);
      const outcome = { kind: 'attempted', attempt, result } as const;
      ports.verdicts.append('result', step, describeResult(outcome));
    }
    await statuses.flush();
  });
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
    flush: statuses.flush,
    written: statuses.written,
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
