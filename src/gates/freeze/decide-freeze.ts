import {
  describeScope,
  type FreezeRecord,
  type FreezeScope,
} from '../../model/freeze.ts';
import { type Finding, finding } from '../../model/verdict.ts';

/** A module, and where it lives. */
export interface FreezeSubject {
  readonly module: string;
  readonly host: string;
}

/**
 * Who runs, and the reason they give for passing a freeze. A push, a schedule
 * and a machine account never pass, whatever they give.
 */
export interface FreezePass {
  readonly person: boolean;
  readonly reason: string | undefined;
  /** Why they go back to an earlier release: passes the module's own freeze. */
  readonly rollback?: string | undefined;
}

/**
 * Freezes that hold a module up at this time, one finding each. None where a
 * person passes them with a reason; `passed` tells which those were.
 */
export function decideFreeze(
  records: readonly FreezeRecord[],
  subject: FreezeSubject,
  { at, pass }: { readonly at: Date; readonly pass: FreezePass },
): {
  readonly findings: readonly Finding[];
  readonly passed: readonly string[];
} {
  const counting = records.filter(
    (record) => covers(scopeOf(record), subject) && !isOver(record, at),
  );
  const passes = (record: FreezeRecord) =>
    pass.person &&
    (pass.reason !== undefined ||
      (pass.rollback !== undefined && scopeOf(record).kind === 'module'));
  return {
    findings: counting
      .filter((each) => !passes(each))
      .map((each) => refuse(each, subject, pass)),
    passed: counting.filter(passes).map(({ path }) => path),
  };
}

/** True where the freeze has an end, and that has come. */
export function isOver(record: FreezeRecord, at: Date): boolean {
  if (record.kind === 'unreadable') return false;
  const { until } = record.freeze;
  return until !== null && Date.parse(until) <= at.getTime();
}

function scopeOf(record: FreezeRecord): FreezeScope {
  return record.kind === 'read' ? record.freeze.scope : record.scope;
}

function covers(scope: FreezeScope, { module, host }: FreezeSubject): boolean {
  switch (scope.kind) {
    case 'all':
      return true;
    case 'host':
      return scope.name === host;
    case 'module':
      return scope.name === module;
  }
}

function refuse(
  record: FreezeRecord,
  { module }: FreezeSubject,
  pass: FreezePass,
): Finding {
  const scope = scopeOf(record);
  const what = describeScope(scope);
  const lift = `apply-gates unfreeze ${scope.kind === 'all' ? '--all' : `--${scope.kind} ${scope.name}`} --reason <why>`;
  if (record.kind === 'unreadable') {
    const reason = `${module} was not attempted: ${record.path} cannot be read (${record.why}), so ${what} counts as frozen`;
    const remedy = `Look at ${record.path} on the state branch, then: ${lift}`;
    return finding('freeze/unreadable', reason, { module, remedy });
  }
  const { author, since, until, reason: why } = record.freeze;
  const end = until === null ? '' : `, until ${until}`;
  const not =
    pass.reason === undefined || pass.person
      ? ''
      : '; a reason is only taken from a person who dispatches the run by hand';
  const reason = `${module} was not attempted: ${what} is frozen by ${JSON.stringify(author)} since ${since}${end}: ${JSON.stringify(why)}${not}`;
  const remedy = `${lift}; or dispatch the lane by hand with a reason as despite_freeze`;
  return finding('freeze/frozen', reason, { module, remedy });
}
