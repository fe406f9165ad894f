import type { AuditEntry } from '../model/audit-entry.ts';
import { modulesOf } from './entry-filter.ts';

const MAX_BODY_CHARACTERS = 160;

export const ENTRY_HEADER = renderColumns([
  'SEQ',
  'TIME',
  'KIND',
  'RUN',
  'MODULES',
  'BODY',
]);

/** An entry as one line of a table; the whole body is for --json. */
export function renderEntry(entry: AuditEntry): string {
  const { module: _, modules: __, ...body } = entry.body;
  return renderColumns([
    String(entry.seq),
    entry.time.replace(/\.\d+Z$/, 'Z'),
    entry.kind,
    nameRun(entry),
    modulesOf(entry).join(',') || '-',
    shorten(JSON.stringify(body)),
  ]);
}

function nameRun({ run }: AuditEntry): string {
  const name = run.number === '0' ? run.id : run.number;
  return run.attempt === '1' ? name : `${name}.${run.attempt}`;
}

function shorten(text: string): string {
  return text.length <= MAX_BODY_CHARACTERS
    ? text
    : `${text.slice(0, MAX_BODY_CHARACTERS - 3)}...`;
}

/** Fixed widths: a log is shown while it is read. */
function renderColumns(cells: readonly string[]): string {
  const widths = [8, 20, 11, 8, 20, 0];
  return cells
    .map((cell, index) => cell.padEnd(widths[index] ?? 0))
    .join('  ')
    .trimEnd();
}
