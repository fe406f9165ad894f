/** Shorter values would blank out ordinary text. */
export const MIN_SECRET_CHARACTERS = 4;

/**
 * What has to be masked for a secret to be gone from a log that is masked line
 * by line: the value itself and each of its lines.
 */
export function maskableLines(secret: string): string[] {
  const lines = secret.split(/\r\n|\r|\n/).map((line) => line.trim());
  return [...new Set(lines)].filter(
    (line) => line.length >= MIN_SECRET_CHARACTERS,
  );
}
