import canonicalize from 'canonicalize';
import {
  AUDIT_VERSION,
  type AuditEntry,
  type AuditKind,
} from '../model/audit-entry.ts';
import type { RunIdentity } from '../model/status.ts';
import { cutLog, type LogCut } from './cut-log.ts';
import { type Genesis, logIdOf } from './genesis.ts';
import { hashLine, NO_PREVIOUS } from './line-hash.ts';
import type { LoggedEntry, LogTail } from './read-tail.ts';
import { renderLine } from './render-line.ts';

/** What somebody wants on record; the log adds the rest. */
export interface EntryDraft {
  readonly kind: AuditKind;
  readonly fence: number | null;
  readonly body: Readonly<Record<string, unknown>>;
}

/** An entry that is on record. */
export interface AppendedEntry {
  readonly log: string;
  readonly seq: number;
  /** SHA-256 of its line with the newline. */
  readonly hash: string;
  /** True where this run had put it there before. */
  readonly repeated: boolean;
}

export interface AppendStamp {
  readonly run: RunIdentity;
  readonly time: Date;
  /** For a log that has not begun. */
  readonly genesis: Genesis;
}

export interface PlannedAppend {
  readonly appended: readonly AppendedEntry[];
  /** Undefined where every draft is on record already. */
  readonly cut: LogCut | undefined;
}

/**
 * Puts drafts at the end of a log. A draft that this run has put there before
 * is found and not written again: then an answer was lost, or a step ran twice.
 */
export function planAppend(
  tail: LogTail,
  drafts: readonly EntryDraft[],
  stamp: AppendStamp,
): PlannedAppend {
  const log = tail.log ?? logIdOf(stamp.genesis);
  const entries = [...tail.entries];
  const add = (draft: EntryDraft): LoggedEntry => {
    const before = entries.at(-1);
    const entry: AuditEntry = {
      v: AUDIT_VERSION,
      log,
      seq: before === undefined ? 0 : before.entry.seq + 1,
      prev: before?.hash ?? NO_PREVIOUS,
      time: stamp.time.toISOString(),
      run: stamp.run,
      fence: draft.fence,
      kind: draft.kind,
      body: { ...draft.body },
    };
    const line = renderLine(entry);
    const logged = { entry, line, hash: hashLine(line) };
    entries.push(logged);
    return logged;
  };
  if (tail.log === undefined) add(openingOf(stamp.genesis));
  const appended = drafts.map((draft): AppendedEntry => {
    const found = entries.find(({ entry }) => isSame(entry, draft, stamp.run));
    const { entry, hash } = found ?? add(draft);
    return { log, seq: entry.seq, hash, repeated: found !== undefined };
  });
  if (appended.every(({ repeated }) => repeated)) {
    return { appended, cut: undefined };
  }
  const first = entries[0]?.entry.seq ?? 0;
  return { appended, cut: cutLog({ first, lines: entries.map(lineOf) }) };
}

function openingOf(genesis: Genesis): EntryDraft {
  return { kind: 'note', fence: null, body: { genesis } };
}

function lineOf({ line }: LoggedEntry): string {
  return line;
}

function isSame(entry: AuditEntry, draft: EntryDraft, run: RunIdentity) {
  return (
    entry.kind === draft.kind &&
    entry.fence === draft.fence &&
    canonicalize(entry.run) === canonicalize(run) &&
    canonicalize(entry.body) === canonicalize(draft.body)
  );
}
