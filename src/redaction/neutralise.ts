/** Controls, ANSI escapes, bidi marks, zero-width and odd line ends. */
const UNSAFE_CHARACTERS =
  /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\u115f\u1160\u3164\uffa0]/gu;

/** Escapes what could move a cursor, hide text or end a line. */
export function escapeControls(text: string): string {
  return text.replace(
    UNSAFE_CHARACTERS,
    (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`,
  );
}

/**
 * One line that no runner takes for a command. `##[x]` is read anywhere in a
 * line by GitHub's runner, `::x::` wherever only white space is before it.
 */
export function disarmLine(line: string): string {
  return escapeControls(line)
    .replaceAll('##[', '# #[')
    .replace(/^(\s*):(?=:)/u, '$1: ');
}
