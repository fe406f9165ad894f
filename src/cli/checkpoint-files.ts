import { readFileSync, writeFileSync } from 'node:fs';
import {
  type Checkpoint,
  readCheckpoint,
  renderCheckpoint,
  signCheckpoint,
} from '../audit/checkpoint.ts';
import {
  type NoteVerifier,
  parseSigningKey,
  parseVerifier,
} from '../audit/note-key.ts';
import { ActionError, InputError } from '../model/errors.ts';
import { printable } from '../model/printable.ts';

const MAX_BYTES = 64 * 1024;

/** Keys as they were given: each a line, or a file with a line or PEM in it. */
export function readKeys(given: readonly string[]): NoteVerifier[] {
  return given.map((text) => {
    const key = parseVerifier(text) ?? parseVerifier(readText('--key', text));
    if (key !== undefined) return key;
    throw new ActionError(
      'audit/malformed-key',
      printable(`--key: there is no public key in ${text}`),
    );
  });
}

/** A checkpoint as it was found, and where. */
export interface FoundCheckpoint {
  readonly name: string;
  readonly text: string;
}

export function findCheckpointFile(path: string): FoundCheckpoint {
  return { name: path, text: readText('--checkpoint', path) };
}

/** Checkpoints, or the first of them that cannot be trusted. */
export type TrustedCheckpoints =
  | { readonly ok: true; readonly checkpoints: readonly Checkpoint[] }
  | { readonly ok: false; readonly detail: string };

export function readCheckpoints(
  found: readonly FoundCheckpoint[],
  keys: readonly NoteVerifier[],
): TrustedCheckpoints {
  const checkpoints: Checkpoint[] = [];
  for (const { name, text } of found) {
    const read = readCheckpoint(text, keys);
    if (read.ok) {
      checkpoints.push(read.checkpoint);
    } else if (read.problem === 'malformed') {
      throw new ActionError(
        'audit/malformed-checkpoint',
        printable(`${name} is no checkpoint`),
      );
    } else {
      return { ok: false, detail: `${name}: ${DETAILS[read.problem]}` };
    }
  }
  return { ok: true, checkpoints };
}

const DETAILS = {
  unsigned: 'nobody signed the checkpoint, although a key is asked for',
  'unknown-key': 'the checkpoint is signed by another key than those given',
  'bad-signature': 'the checkpoint was changed after it was signed',
} as const;

/** Writes a checkpoint, signed where there is a key to sign with. */
export function writeCheckpoint(
  path: string,
  checkpoint: Checkpoint,
  signingKeyFile: string | undefined,
): void {
  const text =
    signingKeyFile === undefined
      ? renderCheckpoint(checkpoint)
      : signCheckpoint(checkpoint, readSigningKey(signingKeyFile));
  try {
    writeFileSync(path, text);
  } catch {
    throw new InputError('--output', path, 'a path that can be written');
  }
}

function readSigningKey(path: string) {
  const key = parseSigningKey(readText('--sign-key-file', path));
  if (key !== undefined) return key;
  throw new ActionError(
    'audit/malformed-key',
    printable(`--sign-key-file: ${path} holds no Ed25519 private key in PEM`),
  );
}

function readText(option: string, path: string): string {
  try {
    return readFileSync(path).subarray(0, MAX_BYTES).toString('utf8');
  } catch {
    throw new InputError(option, path, 'a file that can be read');
  }
}
