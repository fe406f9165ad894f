import { oneLine } from './one-line.ts';

/** Rows as columns of text, the first row as their names. */
export function renderColumns(rows: readonly (readonly string[])[]): string[] {
  const table = rows.map((row) => row.map((cell) => oneLine(cell)));
  const widths = (table[0] ?? []).map((_, column) =>
    Math.max(...table.map((row) => row[column]?.length ?? 0)),
  );
  return table.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
