import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Forgejo's runner reads its command files with a line limit of 64 KiB and
 * fails the step, or drops lines without a word, beyond it.
 */
const MAX_OUTPUT_BYTES = 48 * 1024;
const MAX_FILE_BYTES = 32 * 1024 * 1024;

const FOLDER = 'outputs';
const FILE_NAME = /^[a-z-]+-[0-9a-f]{64}$/;

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
  const outputs = join(folder(), FOLDER);
  mkdirSync(outputs, { recursive: true, mode: 0o700 });
  const path = join(outputs, `${name}-${digestOf(value)}`);
  writeFileSync(path, value, { mode: 0o600 });
  return `@${path}`;
}

/**
 * The value of an input: itself, or what `fitOutput` put into the file it
 * names. Any other path after an `@` stays as it is, so that no input can make
 * us read a file that we did not write.
 */
export function unfitInput(folder: () => string, given: string): string {
  if (!given.startsWith('@')) return given;
  const outputs = join(folder(), FOLDER);
  const name = given.slice(1 + outputs.length + 1);
  const path = join(outputs, name);
  if (given !== `@${path}` || !FILE_NAME.test(name)) return given;
  const value = readOwnFile(path);
  return value !== undefined && name.endsWith(`-${digestOf(value)}`)
    ? value
    : given;
}

function readOwnFile(path: string): string | undefined {
  const status = lstatSync(path, { throwIfNoEntry: false });
  const readable = status?.isFile() && status.size <= MAX_FILE_BYTES;
  return readable ? readFileSync(path, 'utf8') : undefined;
}

function digestOf(value: string): string {
  return createHash('sha256').update(value).digest('hex');
}
