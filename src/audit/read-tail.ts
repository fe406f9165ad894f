import type { AuditEntry } from '../model/audit-entry.ts';
import { ActionError } from '../model/errors.ts';
import type { StateSnapshot } from '../state/snapshot.ts';
import { Chain } from './chain.ts';
import { hashLine } from './line-hash.ts';
import {
  findSegments,
  OPEN_PATH,
  SEGMENT_FOLDER,
  type Segment,
} from './log-files.ts';
import { readLine } from './read-line.ts';

/** An entry with the line it stands in. */
export interface LoggedEntry {
  readonly entry: AuditEntry;
  /** With its newline. */
  readonly line: string;
  readonly hash: string;
}

/** What an append has to know of a log: its end. */
export interface LogTail {
  /** Undefined where the log has not begun. */
  readonly log: string | undefined;
  readonly size: number;
  readonly head: string | undefined;
  /** What the open file holds. */
  readonly entries: readonly LoggedEntry[];
  readonly segments: readonly Segment[];
}

/**
 * Reads the open file, and that file only. Nothing is built on a log whose
 * end is not in order: what comes behind would vouch for it.
 */
export async function readTail(snapshot: StateSnapshot): Promise<LogTail> {
  const segments = findSegments(snapshot.list(SEGMENT_FOLDER));
  const text = await snapshot.read(OPEN_PATH);
  if (text === undefined) {
    if (segments.length > 0) throw broken('it is missing');
    const log = undefined;
    return { log, size: 0, head: undefined, entries: [], segments };
  }
  const chain = new Chain({ at: segments.length > 0 ? 'entry' : 'genesis' });
  const entries = text
    .split('\n')
    .slice(0, -1)
    .map((line, index) => follow(chain, line, index));
  if (!text.endsWith('\n')) throw broken('no newline ends its last line');
  const newest = segments.at(-1)?.first ?? -1;
  if (entries.length === 0 || (entries[0]?.entry.seq ?? 0) <= newest) {
    throw broken('it does not go on from the segments before it');
  }
  const { log, size, head } = chain;
  return { log, size, head, entries, segments };
}

function follow(chain: Chain, line: string, index: number): LoggedEntry {
  const read = readLine(Buffer.from(line));
  if (!read.ok) {
    throw broken(`line ${index + 1}: ${read.problem} ${read.detail ?? ''}`);
  }
  const hash = hashLine(`${line}\n`);
  const problem = chain.follow(read.entry, { hash, opensFile: index === 0 });
  if (problem) throw broken(`line ${index + 1}: ${problem.detail}`);
  return { entry: read.entry, line: `${line}\n`, hash };
}

function broken(why: string): ActionError {
  return new ActionError(
    'audit/broken',
    `${OPEN_PATH} on the state branch cannot be continued: ${why.trim()}`,
    { evidence: { path: OPEN_PATH } },
  );
}
