const MAX_DEPTH = 100;

/** A JSON document, or why it is none that could be relied on. */
export type StrictJson =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly problem: string };

/**
 * Reads JSON of somebody else: UTF-8 without a byte order mark, bounded in
 * depth. A name that stands twice in one object is a problem, since a reader
 * of the text and a parser that takes the last would see two documents.
 */
export function parseStrictJson(bytes: Uint8Array): StrictJson {
  let text: string;
  let value: unknown;
  try {
    text = UTF8.decode(bytes);
    value = JSON.parse(text) as unknown;
  } catch {
    // The parser's own message quotes the text, which may hold a secret.
    return { ok: false, problem: 'is not one JSON document in UTF-8' };
  }
  const shape = measure(value);
  if (shape.problem !== undefined) return { ok: false, problem: shape.problem };
  return shape.names === countNames(text)
    ? { ok: true, value }
    : { ok: false, problem: 'has the same name twice in one object' };
}

// ignoreBOM keeps a mark in the text, where JSON.parse stumbles over it.
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Counts the names that are left, without recursion: depth is hostile. */
function measure(root: unknown): { names: number; problem?: string } {
  let names = 0;
  let level: unknown[] = [root];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > MAX_DEPTH) {
      return { names, problem: `is nested deeper than ${MAX_DEPTH} levels` };
    }
    const below: unknown[] = [];
    for (const value of level) {
      if (typeof value !== 'object' || value === null) continue;
      const isList = Array.isArray(value);
      for (const [name, member] of Object.entries(value)) {
        if (!isList) names += 1;
        if (name === '__proto__') {
          return { names, problem: 'has an object with the name __proto__' };
        }
        if (typeof member === 'object') below.push(member);
      }
    }
    level = below;
  }
  return { names };
}

/** Names as they stand in the text of a valid document, doubled ones too. */
function countNames(text: string): number {
  let names = 0;
  let start = text.indexOf('"');
  while (start >= 0) {
    let next = endOfString(text, start);
    while (BLANKS.has(text.charCodeAt(next))) next += 1;
    if (text[next] === ':') names += 1;
    start = text.indexOf('"', next);
  }
  return names;
}

const BLANKS = new Set([0x20, 0x09, 0x0a, 0x0d]);

/** Index behind the closing quote of the string that opens at `start`. */
function endOfString(text: string, start: number): number {
  let end = start + 1;
  while (text[end] !== '"') end += text[end] === '\\' ? 2 : 1;
  return end + 1;
}
