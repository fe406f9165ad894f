import { MAX_LINE_BYTES } from './read-line.ts';

/** Cuts chunks of bytes into lines, holding back no more than one line. */
export class LineSplitter {
  #rest: Buffer = Buffer.alloc(0);

  /** True where bytes are left that no newline ends. */
  get isTorn(): boolean {
    return this.#rest.length > 0;
  }

  /**
   * Hands on each line with its newline, until `take` says stop. A line that
   * is longer than any may be is handed on as far as it goes.
   */
  push(chunk: Buffer, take: (line: Buffer) => boolean): boolean {
    let start = 0;
    let end = chunk.indexOf(0x0a);
    while (end >= 0) {
      const line = this.#join(chunk.subarray(start, end + 1));
      this.#rest = EMPTY;
      if (!take(line)) return false;
      start = end + 1;
      end = chunk.indexOf(0x0a, start);
    }
    this.#rest = this.#join(chunk.subarray(start));
    return this.#rest.length <= MAX_LINE_BYTES || take(this.#rest);
  }

  #join(bytes: Buffer): Buffer {
    return this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
  }
}

const EMPTY: Buffer = Buffer.alloc(0);
