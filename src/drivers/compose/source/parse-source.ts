import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseAllDocuments,
} from 'yaml';
import { deepestNesting } from '../../../model/yaml.ts';
import type { SourceMap } from './source-node.ts';
import { SourceReader, UnreadableSource } from './source-reader.ts';

const MAX_SOURCE_BYTES = 512 * 1024;
const MAX_NESTING = 400;

/**
 * What compose's own parser reads otherwise than YAML 1.2 says: it breaks
 * lines at three more characters and at a lone carriage return, and skips a
 * byte order mark. A `build:` behind one of them would be a comment to us.
 */
const AMBIGUOUS =
  /[\u0085\u2028\u2029]|\r(?!\n)|(?!^)\ufeff|[\0-\x08\x0b\x0c\x0e-\x1f\x7f]/;

export type SourceResult =
  /** Compose merges the documents of one file, one over the other. */
  | { readonly ok: true; readonly documents: readonly SourceMap[] }
  | { readonly ok: false; readonly line: number; readonly message: string };

/**
 * Reads a compose file, which may use anchors, merge keys and the tags of
 * compose, within bounds. Whatever could be read in two ways is a problem.
 */
export function parseSource(content: Buffer): SourceResult {
  try {
    return { ok: true, documents: readDocuments(content) };
  } catch (error) {
    if (error instanceof UnreadableSource) {
      return { ok: false, line: error.line, message: error.message };
    }
    const message = error instanceof Error ? error.message : String(error);
    return { ok: false, line: 1, message: `cannot be read: ${message}` };
  }
}

function readDocuments(content: Buffer): readonly SourceMap[] {
  const text = decode(content);
  const lines = new LineCounter();
  const documents: readonly Document[] = parseAllDocuments(text, {
    lineCounter: lines,
    logLevel: 'silent',
    merge: false,
    prettyErrors: false,
    schema: 'core',
    strict: true,
    uniqueKeys: true,
    version: '1.2',
  });
  const reader = new SourceReader((offset) => lines.linePos(offset).line);
  const read = documents.flatMap((document) => {
    const [error] = document.errors;
    if (error) throw reader.unreadable(error.pos[0], error.message);
    return isEmpty(document.contents) ? [] : [readRoot(document, reader)];
  });
  if (read.length === 0) throw new UnreadableSource(1, 'is empty');
  return read;
}

function decode(content: Buffer): string {
  if (content.length > MAX_SOURCE_BYTES) {
    throw new UnreadableSource(1, `is larger than ${MAX_SOURCE_BYTES} bytes`);
  }
  const text = content.toString('utf8');
  if (!Buffer.from(text, 'utf8').equals(content)) {
    throw new UnreadableSource(1, 'is not UTF-8');
  }
  const odd = AMBIGUOUS.exec(text);
  if (odd) {
    const line = text.slice(0, odd.index).split('\n').length;
    const point = odd[0].codePointAt(0)?.toString(16) ?? '';
    throw new UnreadableSource(
      line,
      `has the character U+${point.padStart(4, '0')}, which may or may not begin a line`,
    );
  }
  if (deepestNesting(text) > MAX_NESTING) {
    throw new UnreadableSource(
      1,
      `is nested deeper than ${MAX_NESTING} levels`,
    );
  }
  return text;
}

function isEmpty(contents: Node | null): boolean {
  return contents === null || (isScalar(contents) && contents.value === null);
}

function readRoot(document: Document, reader: SourceReader): SourceMap {
  const { contents } = document;
  if (!isMap(contents)) {
    const what = isSeq(contents)
      ? 'a list'
      : isAlias(contents)
        ? 'an alias'
        : 'a text';
    const at = contents?.range?.[0] ?? 0;
    throw reader.unreadable(at, `is ${what}, not a mapping`);
  }
  return reader.readMap(contents);
}
