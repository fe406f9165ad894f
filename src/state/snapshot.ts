import { ActionError } from '../model/errors.ts';
import { printable } from '../model/printable.ts';
import { MAX_FILE_BYTES } from './state-change.ts';

const MAX_READ_BYTES = 128 * 1024 * 1024;
/** Files that are brought in one request when they are read one by one. */
const FILES_AT_A_TIME = 64;

/** The state branch as it was at one commit. */
export interface StateSnapshot {
  /** Undefined where the branch does not exist yet. */
  readonly commit: string | undefined;
  /** Every branch of the remote, seen just before: full ref -> commit. */
  readonly remoteHeads: ReadonlyMap<string, string>;
  /** Paths that begin with a prefix, sorted. */
  list(prefix: string): readonly string[];
  /** Text of a file; undefined where there is none. */
  read(path: string): Promise<string | undefined>;
  /** Texts of those files that exist, brought in one go. */
  readAll(paths: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /**
   * Bytes of those files that exist, in order and one at a time: for more than
   * should be in memory at once. None of it is kept.
   */
  readEach(
    paths: readonly string[],
  ): AsyncIterable<{ readonly path: string; readonly bytes: Buffer }>;
}

/** Where the contents of files come from. */
export interface ContentSource {
  /** Brings contents and tells their sizes. */
  obtain(
    commit: string,
    ids: readonly string[],
  ): Promise<ReadonlyMap<string, number>>;
  contents(ids: readonly string[], maxBytes: number): Promise<Buffer[]>;
}

/** What a snapshot is made of. */
export interface SnapshotFacts {
  readonly commit: string | undefined;
  readonly remoteHeads: ReadonlyMap<string, string>;
  /** Path -> blob id. */
  readonly files: ReadonlyMap<string, string>;
  /** Texts by blob id, kept from one snapshot to the next. */
  readonly texts: Map<string, string>;
}

export function openSnapshot(
  source: ContentSource,
  facts: SnapshotFacts,
): StateSnapshot {
  const { commit, remoteHeads, files, texts } = facts;
  const readAll: StateSnapshot['readAll'] = async (paths) => {
    const wanted = new Map<string, string>();
    for (const path of paths) {
      const id = files.get(path);
      if (id !== undefined && !texts.has(id)) wanted.set(id, path);
    }
    if (commit !== undefined && wanted.size > 0) {
      const found = await readTexts(source, commit, wanted);
      for (const [id, text] of found) texts.set(id, text);
    }
    return new Map(
      paths.flatMap((path) => {
        const text = texts.get(files.get(path) ?? '');
        return text === undefined ? [] : [[path, text]];
      }),
    );
  };
  return {
    commit,
    remoteHeads,
    list: (prefix) =>
      [...files.keys()].filter((path) => path.startsWith(prefix)).sort(),
    read: async (path) => (await readAll([path])).get(path),
    readAll,
    readEach: (paths) => readEach(source, facts, paths),
  };
}

async function* readEach(
  source: ContentSource,
  { commit, files }: SnapshotFacts,
  paths: readonly string[],
) {
  const wanted = paths.flatMap((path) => {
    const id = files.get(path);
    return id === undefined ? [] : [{ path, id }];
  });
  for (let at = 0; at < wanted.length; at += FILES_AT_A_TIME) {
    const group = wanted.slice(at, at + FILES_AT_A_TIME);
    const ids = [...new Set(group.map(({ id }) => id))];
    const sizes = await source.obtain(commit ?? '', ids);
    for (const { path, id } of group) {
      const size = sizes.get(id) ?? 0;
      if (size > MAX_FILE_BYTES) throw tooLarge(path, size);
      const [bytes = Buffer.alloc(0)] = await source.contents([id], size);
      yield { path, bytes };
    }
  }
}

async function readTexts(
  source: ContentSource,
  commit: string,
  wanted: ReadonlyMap<string, string>,
): Promise<Map<string, string>> {
  const ids = [...wanted.keys()];
  const sizes = await source.obtain(commit, ids);
  let total = 0;
  for (const [id, path] of wanted) {
    const size = sizes.get(id) ?? 0;
    total += size;
    if (size > MAX_FILE_BYTES || total > MAX_READ_BYTES) {
      throw tooLarge(path, size);
    }
  }
  const contents = await source.contents(ids, total);
  const texts = new Map<string, string>();
  for (const [index, id] of ids.entries()) {
    const path = wanted.get(id) ?? '';
    texts.set(id, decode(path, contents[index] ?? Buffer.alloc(0)));
  }
  return texts;
}

function decode(path: string, content: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(
      content,
    );
  } catch {
    throw malformedFile(path, 'it is not UTF-8');
  }
}

function tooLarge(path: string, size: number): ActionError {
  return malformedFile(path, `${size} bytes are more than can be read`);
}

/** A file of the state branch that cannot be what it should be. */
export function malformedFile(path: string, why: string): ActionError {
  return new ActionError(
    'state/malformed',
    printable(`${path} on the state branch cannot be used: ${why}`),
    { evidence: { path } },
  );
}
