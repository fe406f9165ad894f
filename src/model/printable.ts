/**
 * Text from outside as it may be shown to a person: everything but printable
 * ASCII is escaped, so that bidi marks, homoglyphs, control characters and
 * zero-width letters are seen for what they are.
 */
export function printable(text: string): string {
  return text.replace(
    /[^\x20-\x7e]/gu,
    (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`,
  );
}
