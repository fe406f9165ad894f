import { describeReport } from '../../audit/describe-report.ts';
import { type EntryFilter, matchesFilter } from '../../audit/entry-filter.ts';
import type { LogReport } from '../../audit/log-report.ts';
import { ENTRY_HEADER, renderEntry } from '../../audit/render-entry.ts';
import { verifyLog } from '../../audit/verify-log.ts';
import type { AuditEntry } from '../../model/audit-entry.ts';
import { InputError } from '../../model/errors.ts';
import {
  exitStatusOfVerdict,
  finding,
  refuseVerdict,
} from '../../model/verdict.ts';
import { openLogPlace } from '../open-log-place.ts';
import type { Terminal } from '../terminal.ts';
import type { RepositoryOptions } from './options.ts';

export interface ShowOptions extends RepositoryOptions {
  readonly module?: string;
  readonly kind?: string;
  readonly run?: string;
  readonly after?: string;
  readonly before?: string;
  readonly last?: string;
}

/**
 * Shows entries. Exit 9 where the log is not in order: what follows then is
 * not shown. Whether the end is missing is for `audit verify` to tell.
 */
export function auditShow(place: string | undefined, options: ShowOptions) {
  return async (terminal: Terminal): Promise<number> => {
    const filter = parseFilter(options);
    const shown = await readEntries(place, filter, options, terminal);
    for (const entry of shown.kept) terminal.line(renderEntry(entry));
    const { report } = shown;
    if (report.verdict === 'no-checkpoints') {
      if (shown.matched === 0) terminal.line('No entry of the log is such.');
      terminal.document({ entries: shown.kept });
      return 0;
    }
    const about = { gate: 'audit-show', sha: '' };
    const reason = describeReport(report);
    const verdict = refuseVerdict(about, [
      finding(`audit/${report.verdict}`, reason),
    ]);
    terminal.verdict(verdict);
    terminal.document({ verdict, entries: shown.kept });
    return exitStatusOfVerdict(verdict);
  };
}

interface Shown {
  readonly report: LogReport;
  readonly matched: number;
  /** Those that are not on the terminal already. */
  readonly kept: readonly AuditEntry[];
}

/** A table is written as the log is read; the newest ones are known at its end. */
async function readEntries(
  name: string | undefined,
  filter: EntryFilter,
  options: ShowOptions,
  terminal: Terminal,
): Promise<Shown> {
  const last = parseLast(options.last);
  const kept: AuditEntry[] = [];
  let matched = 0;
  const place = await openLogPlace(name, options, terminal);
  try {
    const report = await verifyLog({
      files: place.files(0),
      checkpoints: [],
      from: 'genesis',
      visit: (entry) => {
        if (!matchesFilter(entry, filter)) return;
        if (matched === 0) terminal.line(ENTRY_HEADER);
        matched += 1;
        if (options.json || last !== undefined) kept.push(entry);
        else terminal.line(renderEntry(entry));
        if (last !== undefined && kept.length > last) kept.shift();
      },
      progress: () => {},
    });
    return { report, matched, kept };
  } finally {
    place.close();
  }
}

function parseFilter(options: ShowOptions): EntryFilter {
  return {
    module: options.module,
    kind: options.kind,
    run: options.run,
    after: parseTime('--after', options.after),
    before: parseTime('--before', options.before),
  };
}

/** A day, which begins at midnight UTC, or a moment. */
function parseTime(
  option: string,
  text: string | undefined,
): number | undefined {
  if (text === undefined) return undefined;
  const day = /^\d{4}-\d\d-\d\d$/.test(text);
  const moment =
    /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)$/.test(
      text,
    );
  const time = day || moment ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(time)) return time;
  throw new InputError(
    option,
    text,
    'a day such as 2026-05-16, or a time such as 2026-05-16T11:00:00Z',
  );
}

function parseLast(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^[1-9][0-9]{0,6}$/.test(text)) return Number(text);
  throw new InputError('--last', text, 'a number from 1 to 9999999');
}
