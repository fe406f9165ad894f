import { ActionError } from '../model/errors.ts';
import type { LaneEvent } from '../model/event.ts';
import { ZERO_SHA } from '../model/identifiers.ts';
import { findMergeBase, isAncestor, isOnFirstParentLine } from './ancestry.ts';
import { askHistory, type History, readDefaultTip } from './history.ts';
import { requireCommits } from './require-commits.ts';

/** An event that a lane knows what to do with. */
export type SubjectEvent = Exclude<LaneEvent, { readonly name: 'other' }>;

/** The commit that would be applied. */
export function headOf(event: SubjectEvent): string {
  switch (event.name) {
    case 'push':
      return event.after;
    case 'pull_request':
      return event.head;
    case 'workflow_dispatch':
      return event.sha;
  }
}

/**
 * The commit whose policy judges the change: the one before a push, the base of
 * a pull request, else the tip of the default branch.
 */
export async function findTrusted(
  history: History,
  event: SubjectEvent,
): Promise<string> {
  switch (event.name) {
    case 'push':
      return requireBefore(history, event.before, event.after);
    case 'pull_request':
      await requireCommits(history, [event.base, event.head]);
      return event.base;
    case 'workflow_dispatch':
      await requireCommits(history, [event.sha]);
      return (
        (await readDefaultTip(history.repository, event.defaultBranch)) ??
        event.sha
      );
  }
}

/** The commit before a push, if the push only added to the line it ends. */
async function requireBefore(
  history: History,
  before: string,
  after: string,
): Promise<string> {
  if (before === ZERO_SHA) {
    throw new ActionError(
      'scope/no-policy',
      'This is the first push of the branch: there is no commit before it that could hold a policy',
    );
  }
  const isBehind = async () =>
    (await isOnFirstParentLine(history.repository, before, after))
      ? true
      : undefined;
  // True only where both commits are there, so that is not asked for first.
  if (before !== after && (await isBehind())) return before;
  await requireCommits(history, [after]);
  const line = await askHistory(history, [after], isBehind);
  if (line.answer) return before;
  if (line.complete) {
    throw new ActionError(
      'scope/history-rewritten',
      `The commit before the push, ${before}, is not on the first-parent line of ${after}`,
      (await isAncestor(history.repository, before, after))
        ? {
            remedy: `Look at what the line is now (git log --first-parent ${after}), then dispatch the lane by hand.`,
          }
        : {},
    );
  }
  throw noMergeBase(before, after);
}

/** The commit that head is compared with, if any. */
export async function findBase(
  history: History,
  event: SubjectEvent,
  given: string | undefined,
): Promise<string | undefined> {
  const head = headOf(event);
  if (event.name === 'push') {
    if (given !== undefined) await requireCommits(history, [given]);
    return given ?? event.before;
  }
  const other =
    given ?? (event.name === 'pull_request' ? event.base : undefined);
  if (other === undefined) return undefined;
  await requireCommits(history, [other]);
  const found = await askHistory(history, [head, other], () =>
    findMergeBase(history.repository, other, head),
  );
  if (found.answer !== undefined) return found.answer;
  throw noMergeBase(other, head);
}

function noMergeBase(one: string, other: string): ActionError {
  return new ActionError(
    'scope/no-merge-base',
    `No common history of ${one} and ${other} could be found or fetched`,
  );
}
