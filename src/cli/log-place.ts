import { firstNumber } from '../audit/first-number.ts';
import { findSegments, OPEN_PATH, segmentsFrom } from '../audit/log-files.ts';
import type { LogFile } from '../audit/verify-log.ts';

/** A place where a log lies. */
export interface LogPlace {
  /** What a person calls it. */
  readonly name: string;
  /** The repository it is of, where the place knows. */
  readonly repository?: string;
  /** Files that hold every entry from `seq` on, oldest first. */
  files(seq: number): AsyncIterable<LogFile>;
  /**
   * A file beside the log in its branch, undefined where it is not there;
   * absent where the place is a file alone.
   */
  readonly beside?: (path: string) => Promise<LogFile | undefined>;
  close(): void;
}

/** The files of a state branch, wherever they are. */
export interface BranchFiles {
  readonly name: string;
  readonly repository?: string;
  readonly paths: readonly string[];
  readEach(paths: readonly string[]): AsyncIterable<LogFile>;
  close(): void;
}

/** A log in the files of its branch. */
export function openBranchPlace(branch: BranchFiles): LogPlace {
  const segments = findSegments(branch.paths);
  const hasOpen = branch.paths.includes(OPEN_PATH);
  const firstOpen = async () => {
    if (!hasOpen) return undefined;
    for await (const file of branch.readEach([OPEN_PATH])) {
      for await (const chunk of file.chunks) return firstNumber(chunk);
    }
    return undefined;
  };
  return {
    name: branch.name,
    ...(branch.repository === undefined
      ? {}
      : { repository: branch.repository }),
    close: branch.close,
    async *files(seq) {
      const first = seq > 0 ? await firstOpen() : undefined;
      const needed =
        first !== undefined && first <= seq
          ? []
          : segmentsFrom(segments, seq).map(({ path }) => path);
      yield* branch.readEach(hasOpen ? [...needed, OPEN_PATH] : needed);
    },
    beside: async (path) => {
      if (!branch.paths.includes(path)) return undefined;
      for await (const file of branch.readEach([path])) return file;
      return undefined;
    },
  };
}
