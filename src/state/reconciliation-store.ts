import {
  RECONCILIATION_PATH,
  type Reconciliation,
  reconciliationSchema,
} from '../model/reconciliation.ts';
import { readDocument } from './read-document.ts';
import { malformedFile, type StateSnapshot } from './snapshot.ts';
import type { StateChange } from './state-change.ts';

const NOTHING: Reconciliation = { schema: 1, claim: null, told: [] };

/** Throws `state/malformed`: who cannot see claims must not make one. */
export async function readReconciliation(
  snapshot: StateSnapshot,
): Promise<Reconciliation> {
  const path = RECONCILIATION_PATH;
  if (!snapshot.list(path).includes(path)) return NOTHING;
  const read = await readDocument(snapshot, path, reconciliationSchema);
  if (read.ok) return read.value;
  throw malformedFile(path, read.why);
}

export function renderReconciliation(document: Reconciliation): StateChange {
  const text = JSON.stringify(
    reconciliationSchema.parse(document),
    undefined,
    2,
  );
  return new Map([[RECONCILIATION_PATH, `${text}\n`]]);
}
