import { printable } from '../model/printable.ts';

/**
 * Text from anywhere on one line of printable ASCII. `##[` is broken up, since
 * GitHub's runner looks for commands of that form inside a line.
 */
export function oneLine(text: string): string {
  return printable(text.trim().replace(/\s*[\r\n]+\s*/g, ' | ')).replaceAll(
    '##[',
    '# #[',
  );
}
