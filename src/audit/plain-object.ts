/** Deeper ones are read the long way. */
const MAX_DEPTH = 8;
const MAX_DIGITS = 15;

const QUOTE = 0x22;
const COMMA = 0x2c;
const MINUS = 0x2d;
const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;
const OPEN_LIST = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_LIST = 0x5d;
const UNDERSCORE = 0x5f;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const LITERALS = ['true', 'false', 'null'].map((word) => Buffer.from(word));

/**
 * Where a JSON object ends that begins at an offset, if it is one that can be
 * read in one way only and is seen to be so byte by byte: printable ASCII
 * without escapes, names in order (and so none twice), whole numbers, no
 * space. -1 for all others, which may be in order all the same.
 */
export function endOfPlainObject(bytes: Buffer, start: number): number {
  return bytes[start] === OPEN_OBJECT ? endOfObject(bytes, start, 1) : -1;
}

function endOfValue(bytes: Buffer, start: number, depth: number): number {
  const first = bytes[start] ?? 0;
  if (first === QUOTE) return endOfText(bytes, start);
  if (first === OPEN_OBJECT) return endOfObject(bytes, start, depth + 1);
  if (first === OPEN_LIST) return endOfList(bytes, start, depth + 1);
  if (first === MINUS || (first >= ZERO && first <= NINE)) {
    return endOfNumber(bytes, start);
  }
  const word = LITERALS.find((each) =>
    bytes.subarray(start, start + each.length).equals(each),
  );
  return word === undefined ? -1 : start + word.length;
}

function endOfObject(bytes: Buffer, start: number, depth: number): number {
  if (depth > MAX_DEPTH) return -1;
  if (bytes[start + 1] === CLOSE_OBJECT) return start + 2;
  let before = -1;
  let at = start + 1;
  for (;;) {
    const end = bytes[at] === QUOTE ? endOfText(bytes, at) : -1;
    // Some names are not like others: __proto__.
    if (end < 0 || bytes[at + 1] === UNDERSCORE || bytes[end] !== COLON) {
      return -1;
    }
    if (before >= 0 && !isBefore(bytes, before, at)) return -1;
    before = at;
    at = endOfValue(bytes, end + 1, depth);
    if (at < 0) return -1;
    if (bytes[at] === CLOSE_OBJECT) return at + 1;
    if (bytes[at] !== COMMA) return -1;
    at += 1;
  }
}

function endOfList(bytes: Buffer, start: number, depth: number): number {
  if (depth > MAX_DEPTH) return -1;
  if (bytes[start + 1] === CLOSE_LIST) return start + 2;
  let at = start + 1;
  for (;;) {
    at = endOfValue(bytes, at, depth);
    if (at < 0) return -1;
    if (bytes[at] === CLOSE_LIST) return at + 1;
    if (bytes[at] !== COMMA) return -1;
    at += 1;
  }
}

function endOfText(bytes: Buffer, start: number): number {
  for (let at = start + 1; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte === QUOTE) return at + 1;
    if (byte < 0x20 || byte > 0x7e || byte === BACKSLASH) return -1;
  }
  return -1;
}

function endOfNumber(bytes: Buffer, start: number): number {
  const first = bytes[start] === MINUS ? start + 1 : start;
  let at = first;
  while (isDigit(bytes[at])) at += 1;
  const digits = at - first;
  if (digits === 0 || digits > MAX_DIGITS) return -1;
  // Zero stands alone, and has no sign.
  return bytes[first] === ZERO && at - start > 1 ? -1 : at;
}

function isDigit(byte = 0): boolean {
  return byte >= ZERO && byte <= NINE;
}

/** Whether the name at one quote comes before the name at another one. */
function isBefore(bytes: Buffer, one: number, other: number): boolean {
  for (let at = 1; ; at += 1) {
    const left = bytes[one + at] ?? 0;
    const right = bytes[other + at] ?? 0;
    if (left === right && left !== QUOTE) continue;
    // The shorter one comes first; a quote comes before nearly all the rest.
    if (left === QUOTE) return right !== QUOTE;
    return right !== QUOTE && left < right;
  }
}
