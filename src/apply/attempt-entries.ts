import type { EntryDraft } from '../audit/plan-append.ts';
import { type Attempt, type ModuleOutcome, wordOf } from './attempt.ts';
import { endingWord, type Reconciled } from './reconciled.ts';

/** Who has a change made: the run, from the runner and from no input. */
export interface RunOrigin {
  readonly actor: string;
  /** Whether the actor counts as a person by the policy. */
  readonly account: 'person' | 'machine';
  readonly event: string;
  readonly sha: string;
  readonly job: string;
}

/** Where a change comes from, as far as it is known; null = not known. */
export interface ChangeOrigin {
  /** Names of the commits' authors, as git has them: anybody can write one. */
  readonly authors: readonly string[] | null;
  readonly approvals: readonly Approval[] | null;
}

/** What the approval gate of the lane found: one for each pull request. */
export interface Approval {
  /** What it was merged as. */
  readonly sha: string | null;
  readonly pr: number | null;
  readonly approvers: readonly string[];
  readonly merger: string | null;
}

export interface DespiteFreeze {
  readonly reason: string;
  readonly freezes: readonly string[];
}

/** Code of each gate of the lane, by its name. */
export type GateCodes = Readonly<Record<string, string>>;

/** On record before anything of the attempt reaches a host. */
export function intentOf(
  attempt: Attempt,
  by: RunOrigin,
  origin: ChangeOrigin & {
    readonly gates: GateCodes;
    /** Freezes that a person passed, and why. */
    readonly despite?: DespiteFreeze | undefined;
  },
): EntryDraft {
  const { authors, approvals, gates, despite } = origin;
  const body = {
    ...describe(attempt),
    by,
    authors,
    approvals,
    gates,
    ...(despite && { despite_freeze: despite }),
  };
  return { kind: 'intent', fence: attempt.fence, body };
}

/** On record with the intent, where a person went past the approval. */
export function breakGlassEntryOf(
  attempt: Attempt,
  by: RunOrigin,
): EntryDraft | undefined {
  const { breakGlassReason: reason, fence } = attempt;
  if (reason === undefined) return undefined;
  return {
    kind: 'break-glass',
    fence,
    body: { ...describe(attempt), reason, by },
  };
}

/** How it ended; of an announced attempt that was not made, why not. */
export function resultOf(
  attempt: Attempt,
  outcome: ModuleOutcome,
  by: RunOrigin,
): EntryDraft {
  const body = { ...describe(attempt), ...describeEnd(outcome), by };
  return { kind: 'result', fence: attempt.fence, body };
}

/** What became of an attempt that nobody had seen end, and who says so. */
export function reconcileOf(
  { attempt, ending }: Reconciled,
  by: RunOrigin,
): EntryDraft {
  const stated = typeof ending === 'object' && 'stated' in ending;
  const body = {
    ...describe({ ...attempt, record: attempt.record ?? null }),
    result: endingWord(ending),
    source: stated ? 'person' : 'host',
    ...(stated ? { reason: ending.stated } : {}),
    ...(typeof ending === 'object' && 'liveTree' in ending
      ? { live_tree: ending.liveTree }
      : {}),
    by,
  };
  return { kind: 'reconcile', fence: null, body };
}

type Described = Omit<
  Attempt,
  'record' | 'actor' | 'run' | 'previous' | 'fence' | 'breakGlassReason'
> & {
  readonly record: string | null;
};

function describe(each: Described) {
  const { module, host, sha, tree, planDigest, record, rollback } = each;
  const about = { module, host, sha, tree, plan_digest: planDigest };
  return { ...about, attempt: record, ...(rollback && { rollback }) };
}

function describeEnd(outcome: ModuleOutcome) {
  if (outcome.kind === 'held') {
    return { result: 'not_attempted', code: outcome.finding.code };
  }
  const { result } = outcome;
  return {
    result: wordOf(result),
    code: 'finding' in result ? result.finding.code : null,
    ...('health' in result
      ? {
          health: result.health,
          returncode: result.returncode,
          restarts: result.restarts,
          live_tree: result.liveTree,
        }
      : {}),
  };
}
