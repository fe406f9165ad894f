/** The last whole lines of a log: so many, or so many bytes of them. */
export function tailOfLog(
  log: string,
  limits: { readonly lines: number; readonly bytes: number },
): string {
  // Each line with its end; one without was cut off, and is told as it is.
  const lines = log.split(/(?<=\n)/).slice(-limits.lines);
  let bytes = 0;
  let first = lines.length;
  while (first > 0) {
    bytes += Buffer.byteLength(lines[first - 1] ?? '');
    if (bytes > limits.bytes) break;
    first -= 1;
  }
  return lines.slice(first).join('');
}
