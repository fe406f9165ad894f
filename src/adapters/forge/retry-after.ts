/**
 * How long a forge asks to wait, in milliseconds: seconds or a date. Undefined
 * where it says nothing, or nothing that makes sense.
 */
export function parseRetryAfter(
  header: string | undefined,
  now: Date,
): number | undefined {
  const text = header?.trim() ?? '';
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1_000;
  // HTTP knows one form of dates; Date.parse would take `2` and `May`.
  if (!/^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} [\d:]{8} GMT$/.test(text)) {
    return undefined;
  }
  const time = Date.parse(text);
  return Number.isNaN(time) ? undefined : Math.max(0, time - now.getTime());
}
