import {
  type Committed,
  commitChange,
  type StateWrite,
} from './commit-change.ts';
import { makeLook, patiently, type StateStoreOptions } from './look.ts';
import type { StateSnapshot } from './snapshot.ts';

/** The state branch of a platform repository. */
export interface StateStore {
  /** Looks at the remote. Throws `state/unavailable` or `state/malformed`. */
  fetch(): Promise<StateSnapshot>;
  /**
   * Records a change in one commit and returns once the remote holds it; with
   * nothing to change no commit is made. Throws `state/not-durable`.
   */
  commit(write: StateWrite): Promise<Committed>;
}

/**
 * Opens the store. The ref on the remote is the only place where writers
 * meet: it only ever moves forward, and each move is all of one change.
 */
export function openStateStore(options: StateStoreOptions): StateStore {
  const look = makeLook(options);
  let turn: Promise<unknown> = Promise.resolve();
  const inTurn = <Result>(work: () => Promise<Result>): Promise<Result> => {
    const result = turn.then(work, work);
    turn = result.catch(() => {});
    return result;
  };
  return {
    fetch: () => inTurn(async () => (await patiently(look, options)).snapshot),
    commit: (write) => inTurn(() => commitChange(write, look, options)),
  };
}
