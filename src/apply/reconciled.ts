import type { ApplyResult } from '../drivers/driver.ts';
import type { Status } from '../model/status.ts';
import { wordOf } from './attempt.ts';
import type { OpenAttempt } from './open-attempt.ts';
import { statusOfAttempt } from './status-of-attempt.ts';

/** What became of an attempt that nobody had seen end. */
export type Ending =
  /** As the host has it on its own record. */
  | Exclude<ApplyResult, { readonly result: 'unknown' }>
  /** It never began, and cannot begin any more. */
  | 'not_begun'
  /** In the words of a person, where the host cannot say it. */
  | { readonly stated: string };

export interface Reconciled {
  readonly attempt: OpenAttempt;
  readonly ending: Ending;
}

/** The ending in one word, for the log. */
export function endingWord(ending: Ending): string {
  if (ending === 'not_begun') return ending;
  return 'stated' in ending ? 'stated' : wordOf(ending);
}

/** The ending in a few words, for a person. */
export function describeReconciled({ attempt, ending }: Reconciled): string {
  const { module, record = '(not named)' } = attempt;
  const ended =
    ending === 'not_begun' ? 'never began' : `ended as ${endingWord(ending)}`;
  return `${module}: the attempt before, ${record}, ${ended}`;
}

/**
 * The status once it is known what became of the attempt. What was live before
 * is still live where nothing was changed, or nobody can say it; the module is
 * not settled then, so that the next run brings it to where it should be.
 */
export function statusOfReconciled({
  attempt,
  ending,
}: Reconciled): Status | undefined {
  const { previous, record = '', since } = attempt;
  if (
    typeof ending === 'object' &&
    'result' in ending &&
    ending.result !== 'refused'
  ) {
    const result = ending;
    const ended = { result, at: new Date(since) };
    return statusOfAttempt({ ...attempt, record }, ended);
  }
  if (previous?.last_apply_result !== 'unknown') return previous;
  return { ...previous, last_apply_result: 'failed' };
}
