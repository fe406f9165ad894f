import {
  type Document,
  isAlias,
  isNode,
  isScalar,
  LineCounter,
  parseAllDocuments,
  visit,
} from 'yaml';
import type * as z from 'zod';
import { describeIssue } from './describe-issue.ts';
import type { DocumentResult } from './document-problem.ts';
import {
  placeAt,
  placeOfKey,
  placeOfValue,
  type YamlPlace,
} from './yaml-place.ts';

const MAX_YAML_BYTES = 256 * 1024;
const MAX_DEPTH = 24;
const MAX_ALIASES = 20;
const START: YamlPlace = { line: 1, column: 1 };
const RESERVED_KEYS = new Set(['__proto__', 'constructor', 'prototype']);

/** What a document holds, and the place of each part of it. */
export interface YamlDocument {
  readonly value: unknown;
  /** The place of a value, or of the closest parent that the document has. */
  readonly placeOf: (path: readonly PropertyKey[]) => YamlPlace;
  readonly placeOfKey: (path: readonly PropertyKey[]) => YamlPlace;
}

/** Reads one strict YAML document and checks it against a schema. */
export function parseYaml<Schema extends z.ZodType>(
  file: string,
  text: string,
  schema: Schema,
): DocumentResult<z.output<Schema>> {
  const read = readYaml(file, text);
  if (!read.ok) return read;
  const { value, placeOf, placeOfKey } = read.value;
  const checked = schema.safeParse(value, { error: describeIssue });
  if (checked.success) return { ok: true, value: checked.data };
  const problem = (
    place: YamlPlace,
    path: readonly PropertyKey[],
    message: string,
  ) => ({ file, ...place, path, key: path.map(String).join('.'), message });
  return {
    ok: false,
    problems: checked.error.issues.flatMap((issue) => {
      if (issue.code !== 'unrecognized_keys') {
        return problem(placeOf(issue.path), issue.path, issue.message);
      }
      return issue.keys.map((key) => {
        const path = [...issue.path, key];
        return problem(placeOfKey(path), path, 'is not a known key');
      });
    }),
  };
}

/**
 * Reads one strict YAML document. Bounded in size, depth and aliases; duplicate
 * keys, tags, merge keys, a second document and keys that reach into prototypes
 * are problems, never silently accepted.
 */
export function readYaml(
  file: string,
  text: string,
  maxDepth = MAX_DEPTH,
): DocumentResult<YamlDocument> {
  const problem = (place: YamlPlace, message: string) => ({
    ok: false as const,
    problems: [{ file, ...place, key: '', message }],
  });
  if (Buffer.byteLength(text) > MAX_YAML_BYTES) {
    return problem(START, `is larger than ${MAX_YAML_BYTES} bytes`);
  }
  if (deepestNesting(text) > maxDepth) {
    return problem(START, `is nested deeper than ${maxDepth} levels`);
  }
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, {
    lineCounter: lines,
    merge: false,
    prettyErrors: false,
    schema: 'core',
    strict: true,
    uniqueKeys: true,
    version: '1.2',
  });
  const document = documents[0];
  if (!document || !('contents' in document)) {
    return problem(START, 'is empty');
  }
  if (documents.length > 1) {
    const start = documents[1]?.range?.[0] ?? 0;
    return problem(placeAt(lines, start), 'holds a second document');
  }
  const complaints = [...document.errors, ...document.warnings];
  if (complaints.length > 0) {
    return {
      ok: false,
      problems: complaints.map((complaint) => ({
        file,
        ...placeAt(lines, complaint.pos[0]),
        key: '',
        message: complaint.message,
      })),
    };
  }
  const forbidden = findForbidden(document);
  if (forbidden) {
    return problem(placeAt(lines, forbidden.offset), forbidden.message);
  }
  const plain = toPlainValue(document);
  if (plain.failure !== undefined) return problem(START, plain.failure);
  return {
    ok: true,
    value: {
      value: plain.value,
      placeOf: (path) => placeOfValue(document, lines, path),
      placeOfKey: (path) => placeOfKey(document, lines, path),
    },
  };
}

/** The parser throws for aliases that stand for too much, or for themselves. */
function toPlainValue(document: Document): {
  readonly value?: unknown;
  readonly failure?: string;
} {
  try {
    return { value: document.toJS({ maxAliasCount: MAX_ALIASES }) as unknown };
  } catch (error) {
    return { failure: error instanceof Error ? error.message : String(error) };
  }
}

function findForbidden(
  document: Document,
): { offset: number; message: string } | undefined {
  let found: { offset: number; message: string } | undefined;
  let aliases = 0;
  visit(document, {
    Node(_key, node) {
      if (!isNode(node)) return undefined;
      const offset = node.range?.[0] ?? 0;
      if (isAlias(node)) {
        aliases += 1;
        if (aliases > MAX_ALIASES) {
          found = { offset, message: `has more than ${MAX_ALIASES} aliases` };
        } else if (!node.resolve(document)) {
          found = {
            offset,
            message: `has an alias to nothing: ${node.source}`,
          };
        }
      } else if (node.tag?.startsWith('!')) {
        found = { offset, message: `has the tag ${node.tag}` };
      }
      return found ? visit.BREAK : undefined;
    },
    Pair(_key, pair) {
      if (!isScalar(pair.key)) {
        found = {
          offset: isNode(pair.key) ? (pair.key.range?.[0] ?? 0) : 0,
          message: 'has a key that is not a plain word',
        };
      } else if (RESERVED_KEYS.has(String(pair.key.value))) {
        found = {
          offset: pair.key.range?.[0] ?? 0,
          message: `has the reserved key ${String(pair.key.value)}`,
        };
      } else if (pair.key.value === '<<') {
        found = {
          offset: pair.key.range?.[0] ?? 0,
          message: 'has a merge key (<<)',
        };
      }
      return found ? visit.BREAK : undefined;
    },
  });
  return found;
}

/**
 * Upper bound of the nesting of a text, without parsing it: the parser is
 * recursive, so depth is bounded before it runs.
 */
export function deepestNesting(text: string): number {
  let flow = 0;
  let deepest = 0;
  for (const character of text) {
    if (character === '[' || character === '{') flow += 1;
    else if (character === ']' || character === '}')
      flow = Math.max(0, flow - 1);
    deepest = Math.max(deepest, flow);
  }
  for (const line of text.split('\n')) {
    const lead = /^[ ]*(?:- +)*/.exec(line)?.[0] ?? '';
    deepest = Math.max(deepest, Math.ceil(lead.length / 2));
  }
  return deepest;
}
