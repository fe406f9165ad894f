import { sign, verify } from 'node:crypto';
import {
  keyIdOf,
  type NoteSigner,
  type NoteVerifier,
  publicOf,
} from './note-key.ts';

const MAX_NOTE_CHARACTERS = 1_000_000;
const MAX_SIGNATURES = 100;

interface NoteSignature {
  readonly name: string;
  readonly keyId: Buffer;
  readonly signature: Buffer;
}

/** A text and who signed it; see C2SP's signed-note. */
export interface SignedNote {
  /** Ends with a newline. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

/** A text with an empty line behind it, and one line for each signature. */
export function signNote(text: string, { name, key }: NoteSigner): string {
  const signature = sign(null, Buffer.from(text), key);
  const bytes = Buffer.concat([keyIdOf(name, publicOf(key)), signature]);
  return `${text}\n\u2014 ${name} ${bytes.toString('base64')}\n`;
}

/** Reads a note; one that was never signed is its text alone. */
export function parseNote(note: string): SignedNote | undefined {
  if (note.length > MAX_NOTE_CHARACTERS || !note.endsWith('\n')) {
    return undefined;
  }
  const cut = note.lastIndexOf('\n\n');
  if (cut < 0) return { text: note, signatures: [] };
  const lines = note.slice(cut + 2, -1).split('\n');
  const signatures = lines.map(parseSignature);
  const read = signatures.filter((each) => each !== undefined);
  return read.length === lines.length && read.length <= MAX_SIGNATURES
    ? { text: note.slice(0, cut + 1), signatures: read }
    : undefined;
}

function parseSignature(line: string): NoteSignature | undefined {
  const match = /^\u2014 ([^\s+]+) ([A-Za-z0-9+/]+=*)$/u.exec(line);
  const bytes = Buffer.from(match?.[2] ?? '', 'base64');
  if (match?.[1] === undefined || bytes.length <= 4) return undefined;
  // The same bytes may be written in several ways; only one of them counts.
  if (bytes.toString('base64') !== match[2]) return undefined;
  return {
    name: match[1],
    keyId: bytes.subarray(0, 4),
    signature: bytes.subarray(4),
  };
}

/** What the trusted keys say about a note. */
export type NoteTrust = 'signed' | 'unsigned' | 'unknown-key' | 'bad-signature';

/**
 * Signatures of other keys say nothing. One by a trusted key must be right,
 * all of them where there are several: a wrong one was tampered with.
 */
export function judgeNote(
  { text, signatures }: SignedNote,
  keys: readonly NoteVerifier[],
): NoteTrust {
  if (signatures.length === 0) return 'unsigned';
  const known = signatures.flatMap((each) =>
    keys.filter((key) => isOf(each, key)).map(({ key }) => ({ ...each, key })),
  );
  if (known.length === 0) return 'unknown-key';
  const bytes = Buffer.from(text);
  return known.every(({ key, signature }) =>
    verify(null, bytes, key, signature),
  )
    ? 'signed'
    : 'bad-signature';
}

function isOf({ name, keyId }: NoteSignature, verifier: NoteVerifier): boolean {
  const named = verifier.name === undefined || verifier.name === name;
  return named && keyIdOf(name, verifier.key).equals(keyId);
}
