/**
 * Controls, ANSI escapes, bidi marks, zero-width and invisible characters,
 * odd line ends, lone surrogates. A tab is harmless.
 */
const UNSAFE_CHARACTERS =
  /(?!\t)(?:[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}]|[\u{115f}\u{1160}\u{3164}\u{ffa0}]|[\u{e0100}-\u{e01ef}])/gu;

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
