import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { GitRepository } from '../adapters/git.ts';
import { findMergeBase } from './ancestry.ts';
import { readBlobs } from './blobs.ts';
import { type ChangedPath, readChanges } from './changes.ts';

interface Content {
  readonly mode: string;
  readonly oid: string;
}

export interface ReviewedMerge {
  /** The commit that it was merged onto. */
  readonly base: string;
  /** The last commit of what it was merged as. */
  readonly merged: string;
  /** The head that people looked at. */
  readonly head: string;
  /** For files that git has to merge. */
  readonly folder: string;
}

/**
 * Paths in which what was merged is not what the pull request changed; none
 * where it is. Path by path: what only the pull request changed must be as its
 * head has it, what it left alone as base has it, and what both changed as git
 * merges the three. So neither a moved base nor a base that was merged into
 * the head makes a difference, and a byte that nobody saw does.
 */
export async function compareReviewed(
  repository: GitRepository,
  { base, merged, head, folder }: ReviewedMerge,
): Promise<readonly string[]> {
  if (merged === head) return [];
  const fork = await findMergeBase(repository, base, head);
  if (fork === undefined) return ['(no common history)'];
  const changes = async (from: string, to: string) =>
    byPath(await readChanges(repository, from, to));
  const [reviewed, moved, actual] = await Promise.all([
    changes(fork, head),
    changes(fork, base),
    changes(base, merged),
  ]);
  // What the pull request did not touch must be as base has it.
  const differing = [...actual.keys()].filter((path) => !reviewed.has(path));
  const both: Merge[] = [];
  for (const [path, { before: fork, after: head }] of reviewed) {
    const base = moved.get(path)?.after ?? fork;
    const now = actual.get(path)?.after ?? base;
    if (moved.has(path) && !isSame(base, head)) {
      both.push({ path, fork, base, head, now });
    } else if (!isSame(head, now)) differing.push(path);
  }
  const unlike = await findUnlike(repository, both, folder);
  return [...differing, ...unlike].sort();
}

function byPath(changes: readonly ChangedPath[]) {
  return new Map(changes.map((change) => [change.path, change]));
}

function isSame(one: Content, other: Content): boolean {
  return one.oid === other.oid && one.mode === other.mode;
}

/** One file that both sides changed, in the versions of each. */
interface Merge {
  readonly path: string;
  readonly fork: Content;
  readonly base: Content;
  readonly head: Content;
  /** As it was merged. */
  readonly now: Content;
}

/** Those that git would have merged to something else, or not at all. */
async function findUnlike(
  repository: GitRepository,
  merges: readonly Merge[],
  folder: string,
): Promise<string[]> {
  const unlike: string[] = [];
  const place = mkdtempSync(join(folder, 'merge-'));
  try {
    for (const merge of merges) {
      if (!(await isMergeOf(repository, merge, place))) unlike.push(merge.path);
    }
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
  return unlike;
}

async function isMergeOf(
  repository: GitRepository,
  { fork, base, head, now }: Merge,
  place: string,
): Promise<boolean> {
  // Taken away, come anew or of another kind on one side: nothing to merge.
  if ([fork, base, head, now].some(({ mode }) => !mode.startsWith('100'))) {
    return false;
  }
  const mode = head.mode === fork.mode ? base.mode : head.mode;
  if (mode !== now.mode) return false;
  const contents = await readBlobs(repository, [base, fork, head, now]);
  const paths = contents.slice(0, 3).map((content, index) => {
    const path = join(place, String(index));
    writeFileSync(path, content ?? '');
    return path;
  });
  const result = await repository.run(['merge-file', '-p', '--', ...paths]);
  return (
    result.exitCode === 0 &&
    contents[3] !== undefined &&
    result.stdout.equals(contents[3])
  );
}
