import { readFile, writeFile } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import { ActionError } from '../../model/errors.ts';
import { printable } from '../../model/printable.ts';
import type { Exec } from '../exec.ts';
import { CARRIER_PATH } from './host-reply.ts';
import type { OpenHostRequest } from './open-host.ts';

const DIAGNOSIS_TIMEOUT_MS = 10_000;

/** Where ssh finds the key of a session. */
export interface SessionKey {
  readonly path: string;
  /** What to put there while a connection is made; else the file is there. */
  readonly content?: string;
}

/**
 * The path of a key file that ssh can take as it is, or what to write for it:
 * keys that were pasted into a secret lose their last newline or gain carriage
 * returns, and OpenSSH takes neither.
 */
export async function readSessionKey(
  request: OpenHostRequest,
): Promise<string | { readonly content: string }> {
  const { key, name, policy } = request;
  if (key && 'content' in key) return { content: mend(key.content) };
  const path = key?.file ?? policy.identity_file ?? '';
  // What begins with ~ is for ssh to find.
  if (!isAbsolute(path)) return path;
  const text = await readFile(path, 'latin1').catch((cause: unknown) => {
    const code = Object(cause).code ?? 'unreadable';
    throw new ActionError(
      'plan/host-unreachable',
      `${name}: the key file ${printable(path)} cannot be read (${code})`,
      { cause },
    );
  });
  const isWhole = text.endsWith('\n') && !text.includes('\r');
  return isWhole ? path : { content: mend(text) };
}

/** Writes the key, where it is not in a file of its own. */
export async function writeKey({ path, content }: SessionKey): Promise<void> {
  if (content !== undefined) await writeFile(path, content, { mode: 0o600 });
}

function mend(content: string): string {
  return `${content.replaceAll('\r', '').trim()}\n`;
}

/** What may be wrong with a key, in words for the person who gave it. */
export const KEY_TROUBLES = {
  passphrase:
    'the key has a passphrase, and nobody is there to type it: give one that has none',
  unreadable:
    'the key is no private key that OpenSSH can read: give all of its lines, with those that begin and end it',
} as const;

/** What is wrong with a key, which ssh in batch mode does not tell. */
export async function findKeyTrouble(
  exec: Exec,
  path: string,
): Promise<keyof typeof KEY_TROUBLES | undefined> {
  const { stderr } = await exec.run({
    file: 'ssh-keygen',
    args: ['-y', '-P', '', '-f', path],
    env: { PATH: CARRIER_PATH },
    timeoutMs: DIAGNOSIS_TIMEOUT_MS,
  });
  if (/incorrect passphrase/i.test(stderr)) return 'passphrase';
  const isUnreadable = /invalid format|error in libcrypto/i.test(stderr);
  return isUnreadable ? 'unreadable' : undefined;
}
