import type { BranchClone, BranchTip } from '../adapters/branch-clone.ts';
import type { Clock } from '../adapters/clock.ts';
import { ActionError } from '../model/errors.ts';
import { gitSaid, isCorrupt, isDenied } from './remote-answer.ts';
import { openSnapshot, type StateSnapshot } from './snapshot.ts';
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

export type Look = () => Promise<
  | { readonly kind: 'seen'; readonly seen: Seen }
  | { readonly kind: 'silent'; readonly error: ActionError }
>;

/** The branch as it stands, and what lies behind it. */
export interface Seen {
  readonly snapshot: StateSnapshot;
  readonly files: ReadonlyMap<string, string>;
  /** Commits known to lie behind the snapshot. */
  readonly history: ReadonlySet<string>;
}

/** Looks at the remote once, and refuses a branch that is not ours. */
export function makeLook({ clone, branch }: StateStoreOptions): Look {
  const texts = new Map<string, string>();
  let known: string | undefined;
  return async () => {
    const answer = await clone.refresh();
    if (answer.kind === 'failed') return silence(answer, branch);
    const { tip: commit, heads: remoteHeads } = answer;
    const [history, listing] =
      commit === undefined
        ? [new Set<string>(), Buffer.alloc(0)]
        : await Promise.all([clone.history(commit), clone.tree(commit)]);
    if (known !== undefined && !history.has(known)) {
      throw foreign(branch, 'it was rewritten or deleted during this run');
    }
    checkUnshared(branch, answer);
    const files = parseStateTree(listing, branch);
    known = commit;
    const facts = { commit, remoteHeads, files, texts };
    const snapshot = openSnapshot(clone, facts);
    return { kind: 'seen', seen: { snapshot, files, history } };
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

function silence(
  answer: BranchTip & { readonly kind: 'failed' },
  branch: string,
): { readonly kind: 'silent'; readonly error: ActionError } {
  if (isCorrupt(answer.result)) throw foreign(branch, gitSaid(answer.result));
  const denied = isDenied(answer.result);
  const error = new ActionError(
    'state/unavailable',
    `The state branch ${JSON.stringify(branch)} could not be read: ${gitSaid(answer.result)}`,
    { evidence: { cause: denied ? 'refused' : 'unknown', branch } },
  );
  if (denied) throw error;
  return { kind: 'silent', error };
}

/** Looks again a few times where the remote did not answer. */
export async function lookPatiently(
  look: Look,
  options: StateStoreOptions,
): Promise<Seen> {
  for (let attempt = 1; ; attempt += 1) {
    const looked = await look();
    if (looked.kind === 'seen') return looked.seen;
    if (attempt >= MAX_SILENT_ATTEMPTS) throw looked.error;
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
