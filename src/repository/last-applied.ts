import type { GitRepository } from '../adapters/git.ts';
import { ActionError } from '../model/errors.ts';
import type { Status } from '../model/status.ts';
import { isAncestor } from './ancestry.ts';
import { askHistory, type History, presentCommits } from './history.ts';

/** A module with the commit that is live, as its status says. */
export interface LastApplied {
  readonly id: string;
  readonly sha: string;
  readonly tree: string;
  /** False where the last attempt failed, or nobody knows how it ended. */
  readonly settled: boolean;
}

/** What is live of each module; one that never succeeded is not in it. */
export function listLastApplied(
  statuses: ReadonlyMap<string, Status>,
): Map<string, LastApplied> {
  const live = new Map<string, LastApplied>();
  for (const [id, status] of statuses) {
    const { last_apply_sha: sha, last_apply_result: result, tree } = status;
    const settled = result !== 'failed' && result !== 'unknown';
    if (sha !== null && tree !== null) live.set(id, { id, sha, tree, settled });
  }
  return live;
}

/**
 * Those commits that head does not descend from; with as much history as it
 * takes to say so.
 */
export async function findRewritten(
  history: History,
  shas: readonly string[],
  head: string,
): Promise<Set<string>> {
  const distinct = [...new Set(shas)].filter((sha) => sha !== head);
  if (distinct.length === 0) return new Set();
  const { repository } = history;
  const asked = await askHistory(history, [head], async () =>
    (await areAncestors(repository, distinct, head)) ? true : undefined,
  );
  if (asked.answer) return new Set();
  if (!asked.complete) {
    throw new ActionError(
      'scope/no-merge-base',
      `The history between ${head} and the commits last applied could not be fetched`,
    );
  }
  const present = await presentCommits(repository, distinct);
  const rewritten = new Set<string>();
  for (const sha of distinct) {
    if (!present.has(sha) || !(await isAncestor(repository, sha, head))) {
      rewritten.add(sha);
    }
  }
  return rewritten;
}

/** One question for all: is anything reachable from them but not from head? */
async function areAncestors(
  repository: GitRepository,
  shas: readonly string[],
  head: string,
): Promise<boolean> {
  const result = await repository.run(
    ['rev-list', '--max-count=1', '--stdin'],
    { input: `${[...shas, `^${head}`].join('\n')}\n` },
  );
  return result.exitCode === 0 && result.stdout.length === 0;
}
