/** Holds the newest entries. */
export const OPEN_PATH = 'state/AUDIT_LOG.jsonl';

/** Holds the older ones, in files named after their first entry. */
export const SEGMENT_FOLDER = 'state/audit/';

/** One file of older entries. */
export interface Segment {
  readonly path: string;
  /** `seq` of its first entry. */
  readonly first: number;
}

export function segmentPath(first: number): string {
  return `${SEGMENT_FOLDER}${first}.jsonl`;
}

/** The files of older entries among paths of the branch, oldest first. */
export function findSegments(paths: readonly string[]): Segment[] {
  return paths
    .flatMap((path): Segment[] => {
      const name = path.startsWith(SEGMENT_FOLDER)
        ? path.slice(SEGMENT_FOLDER.length)
        : '';
      const number = /^(0|[1-9][0-9]{0,15})\.jsonl$/.exec(name)?.[1];
      return number === undefined ? [] : [{ path, first: Number(number) }];
    })
    .sort((one, other) => one.first - other.first);
}

/** The files that hold every entry from `seq` on, and perhaps some before. */
export function segmentsFrom(
  segments: readonly Segment[],
  seq: number,
): Segment[] {
  return segments.filter((_, index) => {
    const next = segments[index + 1];
    return next === undefined || next.first > seq;
  });
}
