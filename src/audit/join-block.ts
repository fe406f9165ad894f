import { ActionError } from '../model/errors.ts';
import type { StateSnapshot } from '../state/snapshot.ts';
import type { StateChange } from '../state/state-change.ts';
import { joinSegments, type SegmentText } from './cut-log.ts';
import { findSegments, SEGMENT_FOLDER, segmentPath } from './log-files.ts';

/** Segments whose texts are fetched at a time. */
const GROUP = 16;

/**
 * The change that joins the segments of a complete block, so that the number
 * of files stays small however long the log is. Happens once in some thousand
 * entries, and is left alone where a segment cannot be read: the entry that
 * is being written is more important than tidiness.
 */
export async function joinBlock(
  snapshot: StateSnapshot,
  block: { readonly from: number; readonly to: number },
  cutOff: StateChange,
): Promise<StateChange> {
  const known = [...snapshot.list(SEGMENT_FOLDER), ...cutOff.keys()];
  const inside = findSegments([...new Set(known)]).filter(
    ({ first }) => first >= block.from && first < block.to,
  );
  const segments: SegmentText[] = [];
  for (let at = 0; at < inside.length; at += GROUP) {
    const paths = inside.slice(at, at + GROUP).map(({ path }) => path);
    const texts = await readTexts(snapshot, paths);
    for (const { path, first } of inside.slice(at, at + GROUP)) {
      const text = cutOff.get(path) ?? texts?.get(path);
      if (text === undefined) return new Map();
      segments.push({ first, text });
    }
  }
  if (segments[0]?.first !== block.from) return new Map();
  const joined = joinSegments(segments, block.to);
  if (joined === undefined) return new Map();
  return new Map([
    ...inside.map(({ path }) => [path, null] as const),
    ...joined.map(({ first, text }) => [segmentPath(first), text] as const),
  ]);
}

async function readTexts(
  snapshot: StateSnapshot,
  paths: readonly string[],
): Promise<ReadonlyMap<string, string> | undefined> {
  try {
    return await snapshot.readAll(paths);
  } catch (error) {
    if (error instanceof ActionError) return undefined;
    throw error;
  }
}
