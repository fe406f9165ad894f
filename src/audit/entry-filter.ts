import type { AuditEntry } from '../model/audit-entry.ts';

/** What somebody wants to see of a log; undefined means all. */
export interface EntryFilter {
  readonly module: string | undefined;
  readonly kind: string | undefined;
  /** Id or number of a run. */
  readonly run: string | undefined;
  /** Milliseconds since 1970; the entry of that very moment is meant as well. */
  readonly after: number | undefined;
  readonly before: number | undefined;
}

export function matchesFilter(entry: AuditEntry, filter: EntryFilter): boolean {
  const { module, kind, run, after, before } = filter;
  const time = Date.parse(entry.time);
  return (
    (kind === undefined || entry.kind === kind) &&
    (run === undefined || run === entry.run.id || run === entry.run.number) &&
    (module === undefined || modulesOf(entry).includes(module)) &&
    (after === undefined || time >= after) &&
    (before === undefined || time <= before)
  );
}

/** Modules that an entry speaks about, in `module` or `modules` of its body. */
export function modulesOf({ body }: AuditEntry): string[] {
  const named = [body['module'], body['modules']].flat();
  return named.filter((each) => typeof each === 'string');
}
