import type { AuditEntry } from '../model/audit-entry.ts';
import type { Checkpoint } from './checkpoint.ts';
import { readGenesis } from './genesis.ts';
import type { EntryProblem, LogVerdict } from './log-report.ts';

/** Where a chain of entries begins that is to be followed. */
export type ChainStart =
  | { readonly at: 'genesis' }
  /** At whatever entry comes first, with nothing to compare it with. */
  | { readonly at: 'entry' }
  /** At or before the checkpoint, whose hash then has to be met. */
  | { readonly at: 'checkpoint'; readonly checkpoint: Checkpoint };

/** Why an entry does not go on from the one before it. */
export interface ChainBreak {
  readonly verdict: LogVerdict;
  readonly problem?: EntryProblem;
  readonly detail: string;
}

/** Follows entries one by one: numbers, hashes, and the log they belong to. */
export class Chain {
  readonly #start: ChainStart;
  #log: string | undefined;
  #size = 0;
  #head: string | undefined;

  constructor(start: ChainStart) {
    this.#start = start;
  }

  get log(): string | undefined {
    return this.#log;
  }

  /** Number of the next entry; 0 before the first one. */
  get size(): number {
    return this.#size;
  }

  get head(): string | undefined {
    return this.#head;
  }

  /** Takes the next entry with the hash of its line, or says why not. */
  follow(
    entry: AuditEntry,
    line: { readonly hash: string; readonly opensFile: boolean },
  ): ChainBreak | undefined {
    const broken =
      this.#head === undefined
        ? this.#begin(entry)
        : this.#continue(entry, line.opensFile);
    if (broken !== undefined) return broken;
    this.#log = entry.log;
    this.#size = entry.seq + 1;
    this.#head = line.hash;
    return undefined;
  }

  #continue(entry: AuditEntry, opensFile: boolean): ChainBreak | undefined {
    if (entry.seq !== this.#size) {
      return opensFile && entry.seq > this.#size
        ? missing(this.#size, entry.seq)
        : bad('wrong-number', `its seq is ${entry.seq}, not ${this.#size}`);
    }
    if (entry.log !== this.#log) {
      return bad('other-log', `it belongs to the log ${entry.log}`);
    }
    return entry.prev === this.#head
      ? undefined
      : bad(
          'wrong-previous',
          `its prev is ${entry.prev}, but the line before it has ${this.#head}`,
        );
  }

  #begin(entry: AuditEntry): ChainBreak | undefined {
    if (this.#start.at === 'checkpoint') {
      return beginAtCheckpoint(entry, this.#start.checkpoint);
    }
    if (this.#start.at === 'entry') return undefined;
    if (entry.seq > 0) return missing(0, entry.seq);
    return readGenesis(entry) === undefined
      ? bad('wrong-genesis', 'it does not begin the log that it names')
      : undefined;
  }
}

function beginAtCheckpoint(
  entry: AuditEntry,
  { log, size, head }: Checkpoint,
): ChainBreak | undefined {
  if (entry.seq > size) return missing(size, entry.seq);
  if (entry.log !== log) return otherLog(log, entry.log);
  return entry.seq === size && entry.prev !== head
    ? forkedAt(size, head, entry.prev)
    : undefined;
}

function bad(problem: EntryProblem, detail: string): ChainBreak {
  return { verdict: 'bad-line', problem, detail };
}

function missing(from: number, to: number): ChainBreak {
  return {
    verdict: 'truncated',
    detail: `the entries ${from} to ${to - 1} are missing`,
  };
}

/** The log is another one than the checkpoint speaks about. */
export function otherLog(attested: string, found: string): ChainBreak {
  return {
    verdict: 'forked',
    problem: 'other-log',
    detail: `the checkpoint is of the log ${attested}, this one is ${found}`,
  };
}

/** The first entries are others than those the checkpoint vouches for. */
export function forkedAt(
  size: number,
  attested: string,
  found: string,
): ChainBreak {
  return {
    verdict: 'forked',
    detail: `the first ${size} entries hash to ${found}, the checkpoint says ${attested}`,
  };
}
