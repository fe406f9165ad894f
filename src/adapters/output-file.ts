import { closeSync, fstatSync, openSync, readSync, unlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const LOOK_MS = 200;

/** A private file without a name, for what one child prints. */
export interface OutputFile {
  readonly descriptor: number;
  /** Aborted once it holds more than it may. */
  readonly full: AbortSignal;
  isFull(): boolean;
  read(): Buffer;
  close(): void;
}

/**
 * Git ends with 0 when it could not write to a pipe, and says so of a file.
 * Bounded by `maxBytes`, which a fast child passes for a moment.
 */
export function openOutputFile(
  maxBytes: number,
): OutputFile | { readonly error: string } {
  const path = join(tmpdir(), `apply-gates-${crypto.randomUUID()}`);
  let descriptor: number;
  try {
    descriptor = openSync(path, 'wx+', 0o600);
    unlinkSync(path);
  } catch (error) {
    return { error: String(error) };
  }
  const isFull = () => fstatSync(descriptor).size > maxBytes;
  const controller = new AbortController();
  const timer = setInterval(() => {
    if (isFull()) controller.abort();
  }, LOOK_MS);
  return {
    descriptor,
    full: controller.signal,
    isFull,
    read: () => readWhole(descriptor),
    close: () => {
      clearInterval(timer);
      closeSync(descriptor);
    },
  };
}

/** The child has moved the position that both share. */
function readWhole(descriptor: number): Buffer {
  const content = Buffer.allocUnsafe(fstatSync(descriptor).size);
  for (let at = 0; at < content.length; ) {
    const count = readSync(descriptor, content, at, content.length - at, at);
    if (count === 0) return content.subarray(0, at);
    at += count;
  }
  return content;
}
