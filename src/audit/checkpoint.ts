import type { NoteSigner, NoteVerifier } from './note-key.ts';
import { judgeNote, parseNote, signNote } from './signed-note.ts';

/** How far a log went, kept where whoever writes the log cannot change it. */
export interface Checkpoint {
  /** `log` of the entries. */
  readonly log: string;
  /** How many entries there were; at least one. */
  readonly size: number;
  /** SHA-256 (hex) of the last of their lines, which stands for all of them. */
  readonly head: string;
}

const ORIGIN = 'apply-gates/audit/';

/** The first line of a checkpoint: what it speaks about. */
export function originOf(log: string): string {
  return `${ORIGIN}${log}`;
}

/** The three lines of a checkpoint: origin, size, hash in base64. */
export function renderCheckpoint({ log, size, head }: Checkpoint): string {
  const hash = Buffer.from(head, 'hex').toString('base64');
  return `${originOf(log)}\n${size}\n${hash}\n`;
}

export function signCheckpoint(
  checkpoint: Checkpoint,
  key: NoteSigner['key'],
): string {
  const name = originOf(checkpoint.log);
  return signNote(renderCheckpoint(checkpoint), { name, key });
}

export type ReadCheckpoint =
  | { readonly ok: true; readonly checkpoint: Checkpoint }
  | {
      readonly ok: false;
      readonly problem:
        | 'malformed'
        | 'unsigned'
        | 'unknown-key'
        | 'bad-signature';
    };

/**
 * Reads a checkpoint, signed or not. Where keys are given it must be signed by
 * one of them; without keys its place is what makes it trusted.
 */
export function readCheckpoint(
  document: string,
  keys: readonly NoteVerifier[],
): ReadCheckpoint {
  const note = parseNote(document);
  const checkpoint = note && parseText(note.text);
  if (note === undefined || checkpoint === undefined) {
    return { ok: false, problem: 'malformed' };
  }
  const trust = keys.length === 0 ? 'signed' : judgeNote(note, keys);
  return trust === 'signed'
    ? { ok: true, checkpoint }
    : { ok: false, problem: trust };
}

/** Lines behind the hash are of others, as C2SP's form allows. */
function parseText(text: string): Checkpoint | undefined {
  const [origin = '', number = '', encoded = '', ...others] = text.split('\n');
  const log = origin.startsWith(ORIGIN) ? origin.slice(ORIGIN.length) : '';
  const size = /^[1-9][0-9]{0,15}$/.test(number) ? Number(number) : 0;
  const hash = Buffer.from(encoded, 'base64');
  const whole =
    /^[0-9a-f]{64}$/.test(log) &&
    Number.isSafeInteger(size) &&
    size > 0 &&
    hash.length === 32 &&
    hash.toString('base64') === encoded &&
    others.pop() === '' &&
    !others.includes('');
  return whole ? { log, size, head: hash.toString('hex') } : undefined;
}

/**
 * What a witness makes of a checkpoint that is offered to it after another.
 * Only `newer` may replace the one it keeps; that nothing in between was
 * rewritten is for a verification to tell, which sees the entries.
 */
export function compareCheckpoints(
  kept: Checkpoint,
  offered: Checkpoint,
): 'same' | 'newer' | 'older' | 'other-log' | 'forked' {
  if (kept.log !== offered.log) return 'other-log';
  if (kept.size > offered.size) return 'older';
  if (kept.size < offered.size) return 'newer';
  return kept.head === offered.head ? 'same' : 'forked';
}
