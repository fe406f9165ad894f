import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Forgejo's runner reads its command files with a line limit of 64 KiB and
 * fails the step, or drops lines without a word, beyond it.
 */
const MAX_OUTPUT_BYTES = 48 * 1024;

/**
 * The form in which an output leaves the step: itself, or, over 48 KiB, `@`
 * and the path of a file in the job's folder that holds it.
 */
export function fitOutput(
  folder: () => string,
  name: string,
  value: string,
): string {
  if (Buffer.byteLength(value) <= MAX_OUTPUT_BYTES) return value;
  const digest = createHash('sha256').update(value).digest('hex');
  const outputs = join(folder(), 'outputs');
  mkdirSync(outputs, { recursive: true, mode: 0o700 });
  const path = join(outputs, `${name}-${digest.slice(0, 16)}`);
  writeFileSync(path, value, { mode: 0o600 });
  return `@${path}`;
}
