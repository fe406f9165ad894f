import type { ApplyResult } from '../drivers/driver.ts';
import type { Rollback } from '../model/rollback.ts';
import type { RunIdentity, Status } from '../model/status.ts';
import type { Finding } from '../model/verdict.ts';

/** One try to bring a module to a commit, as it is known before it begins. */
export interface Attempt {
  readonly module: string;
  readonly host: string;
  readonly sha: string;
  readonly tree: string;
  readonly planDigest: string;
  /** Name of the host's own record. */
  readonly record: string;
  readonly actor: string;
  readonly run: RunIdentity;
  /** Number of the lease it is made under; null until that is taken. */
  readonly fence: number | null;
  /** The pull request behind it, as the gate found it. */
  readonly approved?: {
    readonly pr: number;
    /** What it was merged as, and where a person asked for it its head. */
    readonly sha: string;
    readonly head: string | null;
  };
  /** Why nobody's approval was asked for, where a person broke the glass. */
  readonly breakGlassReason?: string;
  /** What it goes back from and why, where a person goes back. */
  readonly rollback?: Rollback;
  /** What was on record before. */
  readonly previous: Status | undefined;
}

/** How it went with one module of the step. */
export type ModuleOutcome =
  | {
      readonly kind: 'attempted';
      readonly attempt: Attempt;
      readonly result: ApplyResult;
    }
  /** Not touched, because of something else. */
  | {
      readonly kind: 'held';
      readonly module: string;
      readonly finding: Finding;
    };

/**
 * What a result is called on record: where only the release was put in place
 * and nothing that runs had to change, there was nothing to do.
 */
export function wordOf(result: ApplyResult): ApplyResult['result'] {
  const idle = result.result === 'applied' && result.releaseOnly;
  return idle ? 'noop' : result.result;
}

/** True where the dependants of the module may go on. */
export function isGood(outcome: ModuleOutcome): boolean {
  if (outcome.kind === 'held') return false;
  const { result } = outcome.result;
  return result === 'applied' || result === 'noop';
}
