import type { LineProblem } from './read-line.ts';

/** What a verification can come to; only `consistent` is fine. */
export const LOG_VERDICTS = [
  'consistent',
  'truncated',
  'forked',
  'bad-signature',
  'bad-line',
  'torn',
  'no-checkpoints',
  'unknown-version',
] as const;

export type LogVerdict = (typeof LOG_VERDICTS)[number];

/** What exactly is wrong with a line, or with where it stands. */
export type EntryProblem =
  | LineProblem
  | 'wrong-genesis'
  | 'wrong-number'
  | 'wrong-previous'
  | 'other-log';

/** A line of a file of the log. */
export interface LogPlace {
  readonly file: string;
  /** 1-based. */
  readonly line: number;
}

/** What a verification found; as far as it came before it had to stop. */
export interface LogReport {
  readonly verdict: LogVerdict;
  readonly log: string | undefined;
  /** Entries from 0 on that are known to be whole. */
  readonly size: number;
  /** Hash of the last of them. */
  readonly head: string | undefined;
  /** Entries and bytes that were looked at. */
  readonly read: number;
  readonly bytes: number;
  /** Entries that a checkpoint vouches for. */
  readonly attested: number;
  readonly place?: LogPlace;
  readonly problem?: EntryProblem;
  /** One sentence about what is wrong. */
  readonly detail?: string;
}

/** Entries that nobody outside vouches for yet. */
export function unattestedTail({ size, attested }: LogReport): number {
  return size - attested;
}
