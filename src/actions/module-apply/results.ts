import type { Attempt, ModuleOutcome } from '../../apply/attempt.ts';
import { type RunOrigin, resultOf } from '../../apply/attempt-entries.ts';
import { statusOfAttempt } from '../../apply/status-of-attempt.ts';
import type { AuditWrite } from '../../audit/audit-log.ts';
import type { Plan } from '../../model/plan.ts';
import { type Status, statusPath } from '../../model/status.ts';
import { keepPlans } from '../../state/plan-store.ts';
import { readStatus, renderStatuses } from '../../state/status-store.ts';

/** An announced attempt, and what came of it. */
export interface EndedAttempt {
  readonly attempt: Attempt;
  readonly plan: Plan;
  readonly outcome: ModuleOutcome;
}

/**
 * One commit that says how attempts ended: the entries, the statuses that
 * follow, and the plans that these name. Where a later attempt has taken over
 * a status meanwhile, it is newer and stays.
 */
export function planResults(
  ended: readonly EndedAttempt[],
  by: RunOrigin,
  at: Date,
): Pick<AuditWrite, 'drafts' | 'beside'> & {
  /** Paths of the statuses that say something else than before. */
  readonly changed: readonly string[];
} {
  const next = ended.map((each) => ({
    ...each,
    status: statusAfter(each, at),
  }));
  return {
    drafts: ended.map(({ attempt, outcome }) => resultOf(attempt, outcome, by)),
    beside: async (snapshot) => {
      const plans = next.flatMap(({ plan, status }) => (status ? [plan] : []));
      const change = new Map(await keepPlans(snapshot, plans));
      for (const { attempt, status } of next) {
        const { module, record, previous } = attempt;
        const current = await readStatus(snapshot, module);
        if (current && current.attempt !== record) continue;
        const own = previous?.module === module ? previous : undefined;
        for (const [path, text] of renderAs(module, status ?? own)) {
          change.set(path, text);
        }
      }
      return change;
    },
    changed: next.flatMap(({ attempt, status }) =>
      status ? [statusPath(attempt.module)] : [],
    ),
  };
}

/** Undefined where what was on record before the attempt still holds. */
function statusAfter(
  { attempt, outcome }: EndedAttempt,
  at: Date,
): Status | undefined {
  if (outcome.kind === 'held') return undefined;
  return statusOfAttempt(attempt, { result: outcome.result, at });
}

function renderAs(module: string, status: Status | undefined) {
  return status === undefined
    ? new Map([[statusPath(module), null]])
    : renderStatuses([status]);
}
