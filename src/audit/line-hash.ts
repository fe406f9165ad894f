import { hash } from 'node:crypto';

/** `prev` of the genesis entry, which has no line before it. */
export const NO_PREVIOUS = '0'.repeat(64);

/** SHA-256 (hex) of a line's bytes; the newline is one of them. */
export function hashLine(line: Uint8Array | string): string {
  return hash('sha256', line, 'hex');
}
