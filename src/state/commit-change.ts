import { randomUUID } from 'node:crypto';
import type { Clock } from '../adapters/clock.ts';
import { ActionError } from '../model/errors.ts';
import { renderCommitStream } from './commit-stream.ts';
import {
  type Look,
  MAX_SILENT_ATTEMPTS,
  patiently,
  pause,
  type Seen,
  type StateStoreOptions,
} from './look.ts';
import { describeNotDurable } from './not-durable.ts';
import { type PushAnswer, parsePushAnswer } from './remote-answer.ts';
import type { StateSnapshot } from './snapshot.ts';
import { planStateChange, type StateChange } from './state-change.ts';

/** Twenty writers at once all get their turn well within these. */
const MAX_ATTEMPTS = 30;
const MAX_COMMIT_MS = 180_000;
/** Another writer who comes first moves the branch; this often, none did. */
const MAX_STILL_ATTEMPTS = 6;

export interface StateWrite {
  /** One line for the history of the branch. */
  readonly message: string;
  /**
   * Reads what it needs and says what the files must be. Called again with a
   * fresh snapshot whenever another writer came first, so it must depend on
   * nothing but the snapshot, and must not use the store itself.
   */
  readonly update: (snapshot: StateSnapshot) => Promise<StateChange>;
}

interface Offer {
  readonly commit: string;
  readonly change: StateChange;
}

/** What the remote holds now. */
export interface Committed {
  /** Undefined where there was nothing to write and no branch. */
  readonly commit: string | undefined;
  readonly made: boolean;
  /**
   * The change that counts: what `update` returned for this very commit, since
   * it may have been called again before an answer that was lost was found.
   */
  readonly change: StateChange;
}

/** One write on its way: what was offered to the remote, and how that went. */
interface Progress {
  /** By the clock that only goes forward. */
  readonly deadline: number;
  readonly offered: Offer[];
  attempts: number;
  /** Pushes whose end is not known. */
  silent: number;
  /** Conflicts in a row after which the branch was where it had been. */
  still: number;
  /** Where the branch was at the last push. */
  parent: string | undefined;
  last: PushAnswer | undefined;
}

/** Reads, changes and offers until the remote holds the change. */
export async function commitChange(
  write: StateWrite,
  look: Look,
  options: StateStoreOptions,
): Promise<Committed> {
  const progress: Progress = {
    deadline: options.clock.elapsed() + MAX_COMMIT_MS,
    offered: [],
    attempts: 0,
    silent: 0,
    still: 0,
    parent: undefined,
    last: undefined,
  };
  for (;;) {
    const seen = await lookForWrite(look, options, progress);
    // A push whose answer was lost may have been accepted all the same.
    const own = progress.offered.find(({ commit }) => seen.history.has(commit));
    if (own !== undefined) return { ...own, made: true };
    const parent = seen.snapshot.commit;
    const isStill =
      progress.last?.kind === 'conflict' && progress.parent === parent;
    progress.still = isStill ? progress.still + 1 : 0;
    if (isExhausted(progress, options.clock)) {
      throw notDurable(progress, options.branch);
    }
    const change = await write.update(seen.snapshot);
    const needed = planStateChange(seen.files, change);
    if (needed.size === 0) return { commit: parent, made: false, change };
    const commit = await options.clone.write(
      renderCommitStream({
        parent,
        message: write.message,
        writeId: randomUUID(),
        time: options.clock.now(),
        change: needed,
      }),
    );
    progress.offered.push({ commit, change });
    progress.parent = parent;
    if (await offer(commit, options, progress)) {
      return { commit, made: true, change };
    }
  }
}

/** True once the remote has taken the commit; throws where it never will. */
async function offer(
  commit: string,
  options: StateStoreOptions,
  progress: Progress,
): Promise<boolean> {
  progress.attempts += 1;
  progress.last = parsePushAnswer(await options.clone.push(commit));
  if (progress.last.kind === 'accepted') return true;
  if (progress.last.kind === 'refused') {
    throw notDurable(progress, options.branch);
  }
  if (progress.last.kind === 'unknown') progress.silent += 1;
  await pause(progress.attempts, options);
  return false;
}

async function lookForWrite(
  look: Look,
  options: StateStoreOptions,
  progress: Progress,
): Promise<Seen> {
  try {
    return await patiently(look, options);
  } catch (error) {
    const unavailable =
      error instanceof ActionError && error.code === 'state/unavailable';
    if (!unavailable || progress.silent === 0) throw error;
    throw notDurable(progress, options.branch, error);
  }
}

function isExhausted(progress: Progress, clock: Clock): boolean {
  return (
    progress.attempts >= MAX_ATTEMPTS ||
    progress.silent >= MAX_SILENT_ATTEMPTS ||
    progress.still >= MAX_STILL_ATTEMPTS ||
    (progress.attempts > 0 && clock.elapsed() >= progress.deadline)
  );
}

function notDurable(
  { last, still, attempts }: Progress,
  branch: string,
  cause?: unknown,
): ActionError {
  const locked = still >= MAX_STILL_ATTEMPTS;
  return describeNotDurable(last ?? { kind: 'unknown', said: '' }, {
    branch,
    attempts,
    locked,
    cause,
  });
}
