import type { Acknowledged } from '../../model/acknowledged.ts';
import { type Finding, finding } from '../../model/verdict.ts';

/** A module that is about to be applied, and what its host says of itself. */
export interface FirstChange {
  readonly module: string;
  readonly host: string;
  readonly acknowledged: Acknowledged;
  /** Where the host keeps that it was acknowledged. */
  readonly marker: string;
  /** What an apply would do to the module. */
  readonly would: string;
}

/** Who asks, and the host that they typed; undefined where they typed none. */
export interface Acknowledging {
  readonly person: boolean;
  readonly named: string | undefined;
}

/**
 * Whether a host may be changed: where it says so itself, or where a person
 * who dispatches the run names it. Everything else is refused.
 */
export function judgeAcknowledgement(
  { module, host, acknowledged, marker, would }: FirstChange,
  { person, named }: Acknowledging,
): 'acknowledged' | 'acknowledge-now' | Finding {
  if (acknowledged === 'yes') return 'acknowledged';
  const isNamed = named === host;
  const ask = `apply-gates acknowledge ${host} --reason '<why>'`;
  if (acknowledged === 'odd') {
    return finding(
      'apply/not-acknowledged',
      `${module} was not attempted: what ${host} says of ${marker} is no acknowledgement of ours`,
      {
        module,
        remedy: `Look at ${marker} on ${host}, and move it away. Then: ${ask}`,
      },
    );
  }
  if (isNamed && person) return 'acknowledge-now';
  const not = isNamed
    ? '; acknowledge_host is only taken from a person who dispatches the run by hand'
    : '';
  return finding(
    'apply/not-acknowledged',
    `${module} was not attempted: ${host} was never changed by apply-gates, and nobody acknowledged that it may be${not}; an apply ${would}`,
    {
      module,
      remedy: `${ask}, and run the lane again; or dispatch the lane by hand with acknowledge_host: ${host}`,
    },
  );
}
