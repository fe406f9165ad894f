import { ActionError } from '../model/errors.ts';
import type { StateSnapshot } from './snapshot.ts';

/** Everything that is read of the branch before an apply, but for the log. */
const FOLDERS = ['.platform/state/modules/', 'state/leases/', 'state/freezes/'];

/**
 * Brings in one request what is then read file by file. One that cannot be
 * read is told where it is read, since what that means hangs on what it is.
 */
export async function bringHeld(snapshot: StateSnapshot): Promise<void> {
  try {
    await snapshot.readAll(FOLDERS.flatMap((each) => snapshot.list(each)));
  } catch (error) {
    const malformed =
      error instanceof ActionError && error.code === 'state/malformed';
    if (!malformed) throw error;
  }
}
