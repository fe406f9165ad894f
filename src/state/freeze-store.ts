import {
  FREEZE_FOLDER,
  type Freeze,
  type FreezeRecord,
  freezePath,
  freezeSchema,
  scopeOfPath,
} from '../model/freeze.ts';
import { readDocument } from './read-document.ts';
import type { StateSnapshot } from './snapshot.ts';
import type { StateChange } from './state-change.ts';

/** Every freeze on the branch, over or not. */
export async function readFreezes(
  snapshot: StateSnapshot,
): Promise<readonly FreezeRecord[]> {
  const records: FreezeRecord[] = [];
  for (const path of snapshot.list(FREEZE_FOLDER)) {
    const read = await readDocument(snapshot, path, freezeSchema);
    const fits = read.ok && freezePath(read.value.scope) === path;
    records.push(
      fits
        ? { kind: 'read', path, freeze: read.value }
        : {
            kind: 'unreadable',
            path,
            scope: scopeOfPath(path),
            why: read.ok ? 'it speaks about something else' : read.why,
          },
    );
  }
  return records;
}

/** The change that records a freeze, for a commit to the branch. */
export function renderFreeze(freeze: Freeze): StateChange {
  const text = JSON.stringify(freezeSchema.parse(freeze), undefined, 2);
  return new Map([[freezePath(freeze.scope), `${text}\n`]]);
}
