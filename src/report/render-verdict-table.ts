import type { Verdict } from '../model/verdict.ts';
import { escapeMarkdown } from './escape-markdown.ts';
import { renderColumns } from './render-columns.ts';

const COLUMNS = ['gate', 'decision', 'code', 'modules', 'reason'] as const;

/**
 * The whole text is in the verdict; one cell must not widen every row. In a
 * log or terminal a row should fit a line, and the step has said it in full.
 */
const MAX_CELL_CHARACTERS = { markdown: 300, text: 72 } as const;

/** Verdicts as a table: for a summary page, or for a log or terminal. */
export function renderVerdictTable(
  verdicts: readonly Verdict[],
  form: 'markdown' | 'text',
): string {
  const rows = verdicts
    .flatMap(rowsOf)
    .map((row) => row.map((cell) => bound(cell, MAX_CELL_CHARACTERS[form])));
  return form === 'markdown' ? renderMarkdown(rows) : renderText(rows);
}

type Row = readonly [string, string, string, string, string];

/** One row for the verdict, one for each finding about a module. */
function rowsOf(verdict: Verdict): Row[] {
  return [
    [
      verdict.gate,
      verdict.decision,
      verdict.code,
      verdict.modules.join(', '),
      verdict.reason,
    ],
    ...verdict.findings
      .filter((finding) => finding.module !== undefined)
      .map(
        (finding): Row => [
          '',
          '',
          finding.code,
          finding.module ?? '',
          finding.reason,
        ],
      ),
  ];
}

function bound(cell: string, limit: number): string {
  if (cell.length <= limit) return cell;
  return `${cell.slice(0, limit)}... (${cell.length - limit} more)`;
}

function renderMarkdown(rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [
    line(COLUMNS),
    line(COLUMNS.map(() => '---')),
    ...rows.map((row) => line(row.map((cell) => escapeMarkdown(cell)))),
    '',
  ].join('\n');
}

function renderText(rows: readonly (readonly string[])[]): string {
  return renderColumns([COLUMNS, ...rows]).join('\n');
}
