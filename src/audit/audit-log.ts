import type { Clock } from '../adapters/clock.ts';
import { ActionError } from '../model/errors.ts';
import type { RunIdentity } from '../model/status.ts';
import { redactRecord } from '../redaction/redact-json.ts';
import type { Redactor } from '../redaction/redactor.ts';
import type { StateSnapshot } from '../state/snapshot.ts';
import type { StateChange } from '../state/state-change.ts';
import type { StateStore } from '../state/store.ts';
import { checkBody } from './check-body.ts';
import type { Genesis } from './genesis.ts';
import { joinBlock } from './join-block.ts';
import {
  type AppendedEntry,
  type EntryDraft,
  planAppend,
} from './plan-append.ts';
import { readTail } from './read-tail.ts';

export interface AuditWrite {
  /** One line for the history of the branch. */
  readonly message: string;
  /** What is to be on record; from a snapshot alone where it hangs on one. */
  readonly drafts: DraftSource;
  /**
   * Other files that change in the same commit, from a snapshot alone; an
   * empty change where there are none.
   */
  readonly beside: (snapshot: StateSnapshot) => Promise<StateChange>;
}

export type DraftSource =
  | readonly EntryDraft[]
  | ((snapshot: StateSnapshot) => Promise<readonly EntryDraft[]>);

/** The audit log of a platform repository, on its state branch. */
export interface AuditLog {
  /**
   * Puts an entry on record and returns once the remote holds it. The same
   * kind, fence and body from the same run is one entry, however often it is
   * asked for. Throws `audit/*`: 9 where it could not be made durable.
   */
  append(draft: EntryDraft): Promise<AppendedEntry>;
  /**
   * Puts several entries and other files on the branch in one commit; without
   * any entry the log is not even begun.
   */
  record(write: AuditWrite): Promise<readonly AppendedEntry[]>;
}

export interface AuditLogOptions {
  readonly store: StateStore;
  readonly clock: Clock;
  readonly run: RunIdentity;
  /** What a log that has not begun is begun as. */
  readonly genesis: Genesis;
  /** Takes out of bodies what must not be kept. */
  readonly redactor: Redactor;
}

export function openAuditLog(options: AuditLogOptions): AuditLog {
  const record: AuditLog['record'] = async ({ message, drafts, beside }) => {
    const planned = new WeakMap<StateChange, readonly AppendedEntry[]>();
    const update = async (snapshot: StateSnapshot) => {
      const wanted =
        typeof drafts === 'function' ? await drafts(snapshot) : drafts;
      const { change, appended } = await planWrite(snapshot, wanted, options);
      const next = new Map([...(await beside(snapshot)), ...change]);
      planned.set(next, appended);
      return next;
    };
    try {
      const { change } = await options.store.commit({ message, update });
      return planned.get(change) ?? [];
    } catch (error) {
      throw describeLoss(error);
    }
  };
  return {
    record,
    append: async (draft) => {
      const message = `audit: ${draft.kind}`;
      const beside = async () => new Map<string, string | null>();
      const [entry] = await record({ message, drafts: [draft], beside });
      if (entry === undefined) throw new TypeError('nothing was appended');
      return entry;
    },
  };
}

/** What has to change on the branch for entries to be on record. */
export async function planWrite(
  snapshot: StateSnapshot,
  drafts: readonly EntryDraft[],
  { run, clock, genesis, redactor }: Omit<AuditLogOptions, 'store'>,
): Promise<{
  readonly change: StateChange;
  readonly appended: readonly AppendedEntry[];
}> {
  if (drafts.length === 0) return { change: new Map(), appended: [] };
  const safe = drafts.map((draft) => {
    const body = redactRecord(draft.body, redactor);
    checkBody(body);
    return { ...draft, body };
  });
  const tail = await readTail(snapshot);
  const stamp = { run, time: clock.now(), genesis };
  const { appended, cut } = planAppend(tail, safe, stamp);
  const change = new Map<string, string | null>(cut?.files);
  for (const block of cut?.blocks ?? []) {
    const joined = await joinBlock(snapshot, block, change);
    for (const [path, text] of joined) change.set(path, text);
  }
  return { change, appended };
}

/** Whatever keeps an entry from the branch, the entry is not on record. */
export function describeLoss(error: unknown): unknown {
  if (!(error instanceof ActionError)) return error;
  const { code, message, remedy, evidence } = error;
  if (!code.startsWith('state/')) return error;
  return new ActionError(
    'audit/not-durable',
    `The entry could not be put on record (${code}): ${message}`,
    { remedy, evidence: { ...evidence, state: code }, cause: error },
  );
}
