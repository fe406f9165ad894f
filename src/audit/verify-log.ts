import type { AuditEntry } from '../model/audit-entry.ts';
import {
  Chain,
  type ChainBreak,
  type ChainStart,
  forkedAt,
  otherLog,
} from './chain.ts';
import type { Checkpoint } from './checkpoint.ts';
import { hashLine } from './line-hash.ts';
import { LineSplitter } from './line-splitter.ts';
import type { LogPlace, LogReport } from './log-report.ts';
import { readLine } from './read-line.ts';

/** One file of a log, read as it comes. */
export interface LogFile {
  readonly name: string;
  readonly chunks: AsyncIterable<Buffer> | Iterable<Buffer>;
}

export interface LogVerification {
  /** Oldest first. */
  readonly files: AsyncIterable<LogFile> | Iterable<LogFile>;
  /** Whose signatures, where they matter, were checked before. */
  readonly checkpoints: readonly Checkpoint[];
  /**
   * From the genesis on, or only from the oldest of the checkpoints: then the
   * files begin with the one that holds the entry before it.
   */
  readonly from: 'genesis' | 'checkpoint';
  /** Gets each entry that is in order. */
  readonly visit: (entry: AuditEntry, hash: string) => void;
  /** Told now and then how far it is. */
  readonly progress: (read: number, bytes: number) => void;
}

/**
 * Reads a log once from front to back, a line at a time, and stops at the
 * first thing that is wrong. Never holds more than a chunk and a line.
 */
export async function verifyLog(work: LogVerification): Promise<LogReport> {
  const reader = new LogReader(work);
  for await (const file of work.files) {
    if (!(await reader.read(file))) break;
  }
  return reader.report();
}

class LogReader {
  readonly #work: LogVerification;
  readonly #chain: Chain;
  readonly #longest: number;
  #attested = 0;
  #read = 0;
  #bytes = 0;
  #broken: (ChainBreak & { readonly place?: LogPlace }) | undefined;

  constructor(work: LogVerification) {
    this.#work = work;
    this.#chain = new Chain(startOf(work));
    this.#longest = Math.max(0, ...work.checkpoints.map(({ size }) => size));
  }

  /** False where there is no use in reading on. */
  async read(file: LogFile): Promise<boolean> {
    const splitter = new LineSplitter();
    let number = 0;
    for await (const chunk of file.chunks) {
      const goesOn = splitter.push(chunk, (line) => {
        number += 1;
        this.#broken = this.#take(line, number === 1);
        this.#place(file, number);
        return this.#broken === undefined;
      });
      if (!goesOn) return false;
      this.#bytes += chunk.length;
      this.#work.progress(this.#read, this.#bytes);
    }
    if (splitter.isTorn) {
      this.#broken = { verdict: 'torn', detail: 'no newline ends the line' };
      this.#place(file, number + 1);
    }
    return this.#broken === undefined;
  }

  #place(file: LogFile, line: number): void {
    if (this.#broken === undefined) return;
    this.#broken = { ...this.#broken, place: { file: file.name, line } };
  }

  #take(line: Buffer, opensFile: boolean): ChainBreak | undefined {
    const read = readLine(line.subarray(0, -1));
    if (!read.ok) {
      const { problem, detail } = read;
      return problem === 'unknown-version'
        ? { verdict: 'unknown-version', detail: detail ?? '' }
        : { verdict: 'bad-line', problem, detail: detail ?? '' };
    }
    const hash = hashLine(line);
    const broken =
      this.#chain.follow(read.entry, { hash, opensFile }) ??
      this.#compare(read.entry, hash);
    if (broken !== undefined) return broken;
    this.#read += 1;
    this.#work.visit(read.entry, hash);
    return undefined;
  }

  #compare(
    { log, seq, prev }: AuditEntry,
    hash: string,
  ): ChainBreak | undefined {
    const { checkpoints } = this.#work;
    if (this.#read === 0) {
      const other = checkpoints.find((each) => each.log !== log);
      if (other !== undefined) return otherLog(other.log, log);
    }
    if (seq > this.#longest) return undefined;
    for (const { size, head } of checkpoints) {
      // The first line read may be the one behind the checkpoint.
      const found = size === seq + 1 ? hash : size === seq ? prev : undefined;
      if (found === undefined) continue;
      if (found !== head) return forkedAt(size, head, found);
      this.#attested = Math.max(this.#attested, size);
    }
    return undefined;
  }

  report(): LogReport {
    const { log, size, head } = this.#chain;
    return {
      ...(this.#broken ?? this.#judgeEnd()),
      log,
      size,
      head,
      read: this.#read,
      bytes: this.#bytes,
      attested: this.#attested,
    };
  }

  /** Every line was in order; whether lines are missing at the end is left. */
  #judgeEnd(): Pick<LogReport, 'verdict' | 'detail'> {
    const { size } = this.#chain;
    if (this.#longest === 0) return { verdict: 'no-checkpoints' };
    if (this.#longest <= size) return { verdict: 'consistent' };
    const detail = `there are ${size} entries, a checkpoint vouches for ${this.#longest}`;
    return { verdict: 'truncated', detail };
  }
}

function startOf({ from, checkpoints }: LogVerification): ChainStart {
  const [oldest] = checkpoints.toSorted((one, other) => one.size - other.size);
  return from === 'checkpoint' && oldest !== undefined
    ? { at: 'checkpoint', checkpoint: oldest }
    : { at: 'genesis' };
}
