import { readRecord } from '../drivers/attempt/follow-attempt.ts';
import {
  reconcileRemedy,
  statingRemedy,
} from '../drivers/attempt/reconcile-remedy.ts';
import type { RecordResult, ReleaseName } from '../drivers/driver.ts';
import { commandOnHost } from '../host/command-on-host.ts';
import type { HostSession } from '../host/host-session.ts';
import { type Finding, finding } from '../model/verdict.ts';
import type { OpenAttempt } from './open-attempt.ts';
import type { Ending } from './reconciled.ts';

/** How an attempt ended by the host's own word, or why that is not to be had. */
export type Explanation =
  | { readonly kind: 'ended'; readonly ending: Ending }
  /** Nobody but a person can say it. */
  | { readonly kind: 'endless'; readonly finding: Finding }
  /** Not now. */
  | { readonly kind: 'refused'; readonly finding: Finding };

/**
 * Asks the host for its own record. An attempt that never began is kept from
 * beginning later, should its request still be on the way: only then it has
 * an end. With `looking` nothing at all is written.
 */
export async function explainAttempt(
  attempt: OpenAttempt,
  host: HostSession,
  { looking }: { readonly looking: boolean },
): Promise<Explanation> {
  const { module, record } = attempt;
  if (record === undefined) {
    return endless(attempt, 'nothing says what the host calls it');
  }
  // What the record is called does not hang on what the module is now.
  const release: ReleaseName = { module, manifest: { renamed_from: '' } };
  const request = { host, release, record };
  const read = await readRecord(request);
  if (read.kind !== 'absent') return judge(attempt, host, read);
  if (looking) return { kind: 'ended', ending: 'not_begun' };
  if (host.observed) {
    const why = `${host.name} has no record of it, and is only observed: nothing there keeps it from beginning later`;
    return refused(
      attempt,
      why,
      'Set mode: apply for the host, and look again.',
    );
  }
  const abandoned = await readRecord({ ...request, abandon: true });
  const kept =
    abandoned.kind === 'ended' &&
    abandoned.ending.result === 'refused' &&
    abandoned.ending.finding.code === 'plan/host-unreachable';
  return kept
    ? { kind: 'ended', ending: 'not_begun' }
    : judge(attempt, host, abandoned);
}

function judge(
  attempt: OpenAttempt,
  host: HostSession,
  read: RecordResult,
): Explanation {
  const { module, record } = attempt;
  switch (read.kind) {
    case 'absent':
      return refused(attempt, `${host.name} has no record and cannot make one`);
    case 'running':
      return refused(
        attempt,
        `${record} is still at it (${read.phase})`,
        'Wait until it has ended, then run the lane again.',
      );
    case 'refused':
      return { kind: 'refused', finding: { ...read.refusal, module } };
    case 'ended': {
      if (read.ending.result !== 'unknown') {
        return { kind: 'ended', ending: read.ending };
      }
      const path = `${host.policy.runtime_root}/attempts/${record}.json`;
      const { reason } = read.ending.finding;
      return endless(attempt, reason, commandOnHost(host, `cat ${path}`));
    }
  }
}

export function endless(
  attempt: OpenAttempt,
  why: string,
  look?: string,
): Explanation {
  const remedy = statingRemedy(attempt.module, look);
  return { kind: 'endless', finding: unknown(attempt, why, remedy) };
}

function refused(
  attempt: OpenAttempt,
  why: string,
  remedy = reconcileRemedy(attempt.module),
): Explanation {
  return { kind: 'refused', finding: unknown(attempt, why, remedy) };
}

function unknown({ module }: OpenAttempt, why: string, remedy: string) {
  const reason = `The attempt before on ${module}: ${why}`;
  return finding('apply/unknown', reason, { module, remedy });
}
