import type { BranchClone, BranchTip } from '../adapters/branch-clone.ts';
import type { Clock } from '../adapters/clock.ts';
import type { CommandResult } from '../adapters/exec.ts';
import { ActionError } from '../model/errors.ts';
import { gitSaid, isCorrupt, isDenied } from './remote-answer.ts';
import {
  type ContentSource,
  openSnapshot,
  type StateSnapshot,
} from './snapshot.ts';
import { foreign, parseStateTree } from './state-tree.ts';

/** Answers in a row that say nothing before a remote counts as gone. */
export const MAX_SILENT_ATTEMPTS = 4;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;

export interface StateStoreOptions {
  readonly clone: BranchClone;
  /** Name of the branch, as the clone has it. */
  readonly branch: string;
  readonly clock: Clock;
  /** 0 <= n < 1, for pauses that keep writers apart. */
  readonly random?: () => number;
}

export type Look = () => Promise<Seen>;

/** The branch as it stands, and what lies behind it. */
export interface Seen {
  readonly snapshot: StateSnapshot;
  readonly files: ReadonlyMap<string, string>;
  /** Commits known to lie behind the snapshot, and their parents' number. */
  readonly history: ReadonlyMap<string, number>;
}

/** Looks at the remote once, and refuses a branch that is not ours. */
export function makeLook(options: StateStoreOptions): Look {
  const { clone, branch } = options;
  const texts = new Map<string, string>();
  let known: string | undefined;
  return async () => {
    const answer = await clone.refresh();
    if (answer.kind === 'failed') throw unavailable(answer.result, branch);
    const { tip: commit, heads: remoteHeads } = answer;
    const [history, listing] =
      commit === undefined
        ? [new Map<string, number>(), Buffer.alloc(0)]
        : await Promise.all([clone.history(commit), clone.tree(commit)]);
    if (known !== undefined && !history.has(known)) {
      throw foreign(branch, 'it was rewritten or deleted during this run');
    }
    checkUnshared(branch, answer);
    checkUnmerged(branch, history);
    const files = parseStateTree(listing, branch);
    known = commit;
    const obtain: ContentSource['obtain'] = (at, ids) =>
      patiently(async () => {
        const obtained = await clone.obtain(at, ids);
        if (obtained.kind === 'here') return obtained.sizes;
        throw unavailable(obtained.result, branch);
      }, options);
    const snapshot = openSnapshot(
      { obtain, contents: clone.contents },
      { commit, remoteHeads, files, texts },
    );
    return { snapshot, files, history };
  };
}

function checkUnshared(
  branch: string,
  answer: BranchTip & { readonly kind: 'seen' },
): void {
  if (answer.tip === undefined) return;
  const ref = `refs/heads/${branch}`;
  for (const [other, commit] of answer.heads) {
    if (other !== ref && commit === answer.tip) {
      throw foreign(branch, `it is the same as the branch ${other}`);
    }
  }
}

/** Each change is one commit behind another: nothing of ours merges. */
function checkUnmerged(branch: string, history: Seen['history']): void {
  for (const [commit, parents] of history) {
    if (parents > 1) throw foreign(branch, `the commit ${commit} is a merge`);
  }
}

/** A remote that may answer when it is asked again. */
class SilentRemoteError extends ActionError {}

function unavailable(result: CommandResult, branch: string): ActionError {
  const said = gitSaid(result);
  if (isCorrupt(result)) return foreign(branch, said);
  const denied = isDenied(result);
  const Problem = denied ? ActionError : SilentRemoteError;
  return new Problem(
    'state/unavailable',
    `The state branch ${JSON.stringify(branch)} could not be read: ${said}`,
    { evidence: { cause: denied ? 'refused' : 'unknown', branch, said } },
  );
}

/** Asks again a few times where the remote did not answer. */
export async function patiently<Result>(
  ask: () => Promise<Result>,
  options: StateStoreOptions,
): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await ask();
    } catch (error) {
      const silent = error instanceof SilentRemoteError;
      if (!silent || attempt >= MAX_SILENT_ATTEMPTS) throw error;
    }
    await pause(attempt, options);
  }
}

/** Longer each time, and never the same for two writers. */
export async function pause(
  attempt: number,
  { clock, random = Math.random }: StateStoreOptions,
): Promise<void> {
  const longest = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** attempt);
  await clock.sleep(Math.ceil(random() * longest));
}
