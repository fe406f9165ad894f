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

const DEFAULT_PREFIX = '  | ';
const DEFAULT_MAX_CHARACTERS = 2_000;

/**
 * Text of a host or child process as it may be printed: every line disarmed,
 * bounded, and marked as not ours by a prefix.
 */
export function neutralise(
  text: string,
  options: { readonly prefix?: string; readonly maxCharacters?: number } = {},
): string {
  const { prefix = DEFAULT_PREFIX, maxCharacters = DEFAULT_MAX_CHARACTERS } =
    options;
  return text
    .replace(/\r?\n$/, '')
    .split(/\r?\n/)
    .map((line) => `${prefix}${disarmLine(bound(line, maxCharacters))}`)
    .join('\n');
}

function bound(line: string, maxCharacters: number): string {
  if (line.length <= maxCharacters) return line;
  const rest = line.length - maxCharacters;
  return `${line.slice(0, maxCharacters)}… (${rest} more characters)`;
}
