import { OPEN_PATH, segmentPath } from './log-files.ts';

/** Entries of a segment when it is cut off. */
export const SEGMENT_ENTRIES = 64;
/** Entries up to which the open file grows; as many as two segments. */
export const MAX_OPEN_ENTRIES = 2 * SEGMENT_ENTRIES;
/** Entries of the segments that are joined into one in the end. */
export const BLOCK_ENTRIES = 128 * SEGMENT_ENTRIES;
/** A joined segment stays far below what one file may hold. */
export const MAX_JOINED_BYTES = 8 * 1024 * 1024;

/** Lines that follow each other; `first` is the `seq` of the first one. */
export interface LineRun {
  readonly first: number;
  readonly lines: readonly string[];
}

export interface LogCut {
  /** Path -> text of the open file and of what was cut off from it. */
  readonly files: ReadonlyMap<string, string>;
  /** Complete blocks whose segments may be joined now. */
  readonly blocks: readonly { readonly from: number; readonly to: number }[];
}

/**
 * Cuts segments off the front of the open file once it is too long. Where is
 * a matter of `seq` alone, so that every writer cuts alike. What stays open
 * is never less than a segment: a run that tries again finds in it what it
 * wrote just before, and a person the newest entries.
 */
export function cutLog({ first, lines }: LineRun): LogCut {
  const files = new Map<string, string>();
  const blocks: { from: number; to: number }[] = [];
  let from = first;
  let left = lines;
  while (left.length > MAX_OPEN_ENTRIES) {
    const count = SEGMENT_ENTRIES - (from % SEGMENT_ENTRIES);
    files.set(segmentPath(from), left.slice(0, count).join(''));
    left = left.slice(count);
    from += count;
    if (from % BLOCK_ENTRIES === 0) {
      blocks.push({ from: from - BLOCK_ENTRIES, to: from });
    }
  }
  files.set(OPEN_PATH, left.join(''));
  return { files, blocks };
}

/** A segment with what is in it. */
export interface SegmentText {
  readonly first: number;
  readonly text: string;
}

/**
 * Joins segments that follow each other into as few files as may be; the
 * bytes of the log stay what they are. Undefined where one of them does not
 * hold as many lines as its name and the next one's say: that is not for an
 * append to tidy up.
 */
export function joinSegments(
  segments: readonly SegmentText[],
  end: number,
): SegmentText[] | undefined {
  const joined: { first: number; texts: string[]; bytes: number }[] = [];
  for (const [index, { first, text }] of segments.entries()) {
    const next = segments[index + 1]?.first ?? end;
    if (countLines(text) !== next - first) return undefined;
    const bytes = Buffer.byteLength(text);
    const last = joined.at(-1);
    if (last && last.bytes + bytes <= MAX_JOINED_BYTES) {
      last.texts.push(text);
      last.bytes += bytes;
    } else {
      joined.push({ first, texts: [text], bytes });
    }
  }
  return joined.map(({ first, texts }) => ({ first, text: texts.join('') }));
}

function countLines(text: string): number {
  if (!text.endsWith('\n')) return 0;
  let count = 0;
  let at = text.indexOf('\n');
  while (at >= 0) {
    count += 1;
    at = text.indexOf('\n', at + 1);
  }
  return count;
}
