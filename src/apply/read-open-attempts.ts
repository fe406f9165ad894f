import { readTail } from '../audit/read-tail.ts';
import type { StateSnapshot } from '../state/snapshot.ts';
import { readStatuses } from '../state/status-store.ts';
import { findOpenAttempts, type OpenAttempt } from './open-attempt.ts';

/** Every attempt on the branch that nobody has seen end. */
export async function readOpenAttempts(
  snapshot: StateSnapshot,
): Promise<readonly OpenAttempt[]> {
  const statuses = await readStatuses(snapshot);
  const logged = (await readTail(snapshot)).entries.map(({ entry }) => entry);
  const begun = logged.flatMap(({ kind, body }) =>
    kind === 'intent' && typeof body['module'] === 'string'
      ? [body['module']]
      : [],
  );
  return [...new Set([...statuses.keys(), ...begun])].flatMap((module) =>
    findOpenAttempts(module, statuses.get(module), logged),
  );
}
