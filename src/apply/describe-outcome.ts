import type { ApplyEnding } from '../drivers/driver.ts';
import { printable } from '../model/printable.ts';
import type { Status } from '../model/status.ts';
import type { ModuleOutcome } from './attempt.ts';
import { isAlreadyApplied } from './status-of-attempt.ts';

/** How it went with one module, as one line. */
export function describeOutcome(outcome: ModuleOutcome): string {
  if (outcome.kind === 'held') return outcome.finding.reason;
  const { attempt, result } = outcome;
  const { module, host, previous, sha } = attempt;
  switch (result.result) {
    case 'applied':
      return result.releaseOnly
        ? `${module} on ${host}: the release of ${sha} is in place; nothing that runs had to change`
        : `${module} on ${host}: ${sha} was applied and is healthy`;
    case 'noop':
      return isAlreadyApplied(previous, attempt)
        ? `${module} on ${host}: ${describeEarlier(previous)}: nothing to do${describeWatch(result)}`
        : `${module} on ${host}: ${sha} is live and in sync; put on record${describeWatch(result)}`;
    case 'unhealthy':
    case 'rolled_back':
    case 'failed':
    case 'refused':
    case 'unknown':
      return result.finding.reason;
  }
}

/** What was seen while it was watched, where the driver can count restarts. */
function describeWatch({ restarts }: ApplyEnding): string {
  return restarts === null
    ? ''
    : ` · plan in-sync · apply noop · health ok · restarts ${restarts}`;
}

/** `already applied <date> via PR #<n> (run <m>)`. */
function describeEarlier(status: Status): string {
  const date = status.last_apply_at.slice(0, 10);
  const via =
    status.last_apply_pr === null ? '' : ` via PR #${status.last_apply_pr}`;
  const { id, number } = status.run;
  const run = number === '0' || number === '' ? id : number;
  return `already applied ${date}${via} (run ${printable(run)})`;
}
