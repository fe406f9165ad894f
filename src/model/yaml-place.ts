import { type Document, isMap, isNode, isScalar, type LineCounter } from 'yaml';

/** Where something stands in a text, counted from 1. */
export interface YamlPlace {
  readonly line: number;
  readonly column: number;
}

/** The place of an offset. */
export function placeAt(lines: LineCounter, offset: number): YamlPlace {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(1, line), column: Math.max(1, col) };
}

/** The place of a value, or of the closest parent that the document has. */
export function placeOfValue(
  document: Document,
  lines: LineCounter,
  path: readonly PropertyKey[],
): YamlPlace {
  for (let length = path.length; length > 0; length -= 1) {
    const node = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return placeAt(lines, node.range[0]);
  }
  return { line: 1, column: 1 };
}

/** The place of a key itself, where it is the key that is wrong. */
export function placeOfKey(
  document: Document,
  lines: LineCounter,
  path: readonly PropertyKey[],
): YamlPlace {
  const parent =
    path.length > 1
      ? document.getIn(path.slice(0, -1), true)
      : document.contents;
  const keys = isMap(parent) ? parent.items.map(({ key }) => key) : [];
  const found = keys.find(
    (key) => isScalar(key) && String(key.value) === String(path.at(-1)),
  );
  return isScalar(found) && found.range
    ? placeAt(lines, found.range[0])
    : placeOfValue(document, lines, path);
}
