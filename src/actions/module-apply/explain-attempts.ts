import {
  type Explanation,
  endless,
  explainAttempt,
} from '../../apply/explain-attempt.ts';
import type { OpenAttempt } from '../../apply/open-attempt.ts';
import { describeReconciled, type Reconciled } from '../../apply/reconciled.ts';
import type { Finding } from '../../model/verdict.ts';
import type { ModuleHosts } from '../open-module-hosts.ts';
import type { Ports } from '../step.ts';
import type { ReadyModule } from './check-before-apply.ts';

interface Explained {
  /** What became of attempts that are on record without an end. */
  readonly reconciled: readonly Reconciled[];
  /** Modules with one that stays without an explanation. */
  readonly blocked: ReadonlyMap<string, Finding>;
}

/**
 * Asks the hosts how attempts ended of which we do not know it. One that stays
 * unexplained blocks its module: trying again could be the second blow.
 */
export async function explainAttempts(
  modules: readonly ReadyModule[],
  hosts: ModuleHosts,
  ports: Ports,
): Promise<Explained> {
  const reconciled: Reconciled[] = [];
  const blocked = new Map<string, Finding>();
  for (const { source, open } of modules) {
    for (const attempt of open) {
      const explained = await explain(attempt, hosts);
      if (explained.kind !== 'ended') {
        blocked.set(source.id, { ...explained.finding, module: source.id });
        continue;
      }
      const known = { attempt, ending: explained.ending };
      ports.print(describeReconciled(known));
      reconciled.push(known);
    }
  }
  return { reconciled, blocked };
}

async function explain(
  attempt: OpenAttempt,
  hosts: ModuleHosts,
): Promise<Explanation> {
  const host = hosts.named(attempt.host);
  return host === undefined
    ? endless(
        attempt,
        `its record is on ${attempt.host}, which the policy does not have`,
      )
    : explainAttempt(attempt, host, { looking: false });
}
