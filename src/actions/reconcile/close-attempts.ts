import { endless, explainAttempt } from '../../apply/explain-attempt.ts';
import type { OpenAttempt } from '../../apply/open-attempt.ts';
import { readOpenAttempts } from '../../apply/read-open-attempts.ts';
import { describeReconciled, type Reconciled } from '../../apply/reconciled.ts';
import type { Thing } from '../../gates/reconcile/decide-told.ts';
import { type Finding, finding } from '../../model/verdict.ts';
import { type ModuleHosts, openModuleHosts } from '../open-module-hosts.ts';
import { recordReconciled } from '../record-reconciled.ts';
import type { Ports } from '../step.ts';
import type { ReconcileWork } from './reconcile-work.ts';
import { watchLeases } from './watch-leases.ts';

/** What became of attempts and leases that were left behind. */
export interface ClosedAttempts {
  /** What happened here, to be told in this run alone. */
  readonly events: readonly Finding[];
  readonly things: readonly Thing[];
  readonly closed: readonly string[];
  readonly freed: readonly string[];
  /** Modules with an attempt that still has no end. */
  readonly open: ReadonlySet<string>;
}

/**
 * Closes attempts without an end, from the records of their hosts, and frees
 * leases of runs that are dead. A host that a run is at is left alone: what has
 * not begun there may be about to.
 */
export async function closeAttempts(
  work: ReconcileWork,
  ports: Ports,
): Promise<ClosedAttempts> {
  const watched = await watchLeases(work, ports);
  const open = await readOpenAttempts(watched.snapshot);
  const quiet = open.filter(({ host }) => !watched.busy.has(host));
  const { known, findings } = await explainAll(quiet, work, ports);
  const { dead } = watched;
  if (!work.inputs.dryRun) {
    const { log, by } = work;
    const message = 'reconcile: attempts and leases that were left behind';
    await recordReconciled({ known, dead }, { log, by, message });
  }
  const closed = new Set(known.map(({ attempt }) => attempt.record));
  const left = open.filter(({ record }) => !closed.has(record));
  return {
    events: [
      ...known.map((each) =>
        finding('apply/reconciled', describeReconciled(each), {
          module: each.attempt.module,
        }),
      ),
      ...dead.map(({ host, holder: { actor, run } }) =>
        finding(
          'reconcile/lease-freed',
          `The lease of ${host} was held by ${JSON.stringify(actor)} (run ${run.url || run.id}), who gave no sign of life`,
        ),
      ),
    ],
    things: [
      ...findings.map((each): Thing => ({ topic: 'attempt', finding: each })),
      ...watched.findings.map(
        (each): Thing => ({ topic: 'lease', finding: each }),
      ),
    ],
    closed: [...new Set(known.map(({ attempt }) => attempt.module))],
    freed: dead.map(({ host }) => host),
    open: new Set(left.map(({ module }) => module)),
  };
}

async function explainAll(
  open: readonly OpenAttempt[],
  { subject, inputs }: ReconcileWork,
  ports: Ports,
): Promise<{ known: readonly Reconciled[]; findings: readonly Finding[] }> {
  if (open.length === 0) return { known: [], findings: [] };
  const also = open.map(({ host }) => host);
  const hosts = await openModuleHosts(
    { subject, sources: [], also, inputs },
    ports,
  );
  const known: Reconciled[] = [];
  const findings: Finding[] = [];
  try {
    for (const attempt of open) {
      const found = await explain(attempt, hosts, inputs.dryRun);
      if (found.kind === 'ended') known.push({ attempt, ending: found.ending });
      else findings.push({ ...found.finding, module: attempt.module });
    }
  } finally {
    await hosts.close();
  }
  return { known, findings };
}

async function explain(
  attempt: OpenAttempt,
  hosts: ModuleHosts,
  looking: boolean,
) {
  const host = hosts.named(attempt.host);
  return host === undefined
    ? endless(attempt, `the policy has no host ${attempt.host} any more`)
    : explainAttempt(attempt, host, { looking });
}
