import { printable } from '../model/printable.ts';

/** Text of a file for a line that a person reads; plain words as they are. */
export function quoteText(text: string): string {
  const shown = printable(
    text.length > 200 ? `${text.slice(0, 200)}...` : text,
  );
  return /^[\w./:@+~-]+$/.test(shown) ? shown : JSON.stringify(shown);
}
