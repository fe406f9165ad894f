import { type Status, statusPath } from '../../model/status.ts';
import { renderStatuses } from '../../state/status-store.ts';
import type { StateStore } from '../../state/store.ts';

/** Statuses on their way to the state branch. */
export interface PendingStatuses {
  /** The status to store; undefined where the one that is stored holds. */
  put(module: string, status: Status | undefined): void;
  /** Stores all of them in one commit. */
  flush(): Promise<void>;
  /** Paths on the state branch that were written. */
  written(): readonly string[];
}

export function openPendingStatuses(
  store: StateStore,
  sha: string,
): PendingStatuses {
  const pending = new Map<string, Status>();
  const written = new Set<string>();
  return {
    put(module, status) {
      if (status) pending.set(module, status);
      else pending.delete(module);
    },
    async flush() {
      const statuses = [...pending.values()];
      if (statuses.length === 0) return;
      const names = statuses.map((status) => status.module).join(', ');
      const change = renderStatuses(statuses);
      const message = `Status of ${names} at ${sha.slice(0, 12)}`;
      await store.commit({ message, update: async () => change });
      for (const status of statuses) {
        written.add(statusPath(status.module));
        // One that came in meanwhile is newer and still has to be stored.
        if (pending.get(status.module) === status) {
          pending.delete(status.module);
        }
      }
    },
    written: () => [...written],
  };
}
