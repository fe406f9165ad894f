import type { Ports } from './step.ts';

/** More than a person reads; a log that is flooded hides everything else. */
const MAX_PRINTED_LINES = 1_000;

/** Prints what the commands of a module said, the end of it if it is long. */
export function printHostOutput(
  module: string,
  lines: readonly string[],
  { print }: Pick<Ports, 'print'>,
): void {
  const shown = lines.slice(-MAX_PRINTED_LINES);
  const dropped = lines.length - shown.length;
  if (dropped > 0) print(`${module} | (${dropped} lines before these)`);
  for (const line of shown) print(`${module} | ${line}`);
}
