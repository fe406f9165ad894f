/**
 * True for exactly `apply <module> <sha>`, where the last word is at least 7
 * lower-case hex digits that begin the commit. Case, blanks and line ends
 * count: what was typed is what git and the refusal print.
 */
export function isConfirmation(
  text: string | undefined,
  module: string,
  sha: string,
): boolean {
  const typed = text?.startsWith(`apply ${module} `)
    ? text.slice(`apply ${module} `.length)
    : '';
  return /^[0-9a-f]{7,40}$/.test(typed) && sha.startsWith(typed);
}

/** The line that confirms, as short as it may be. */
export function formatConfirmation(module: string, sha: string): string {
  return `apply ${module} ${sha.slice(0, 7)}`;
}
