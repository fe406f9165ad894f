import type { Thing } from '../../gates/reconcile/decide-told.ts';
import type { Plan } from '../../model/plan.ts';
import { finding } from '../../model/verdict.ts';
import { listLastApplied } from '../../repository/last-applied.ts';
import { openModuleBook } from '../../repository/module-book.ts';
import { readModuleSources } from '../../repository/module-sources.ts';
import { listTree } from '../../repository/tree.ts';
import { readStatuses } from '../../state/status-store.ts';
import { openModuleHosts } from '../open-module-hosts.ts';
import { type ModulePlan, planModules } from '../plan-modules.ts';
import type { Ports } from '../step.ts';
import type { ReconcileWork } from './reconcile-work.ts';

/**
 * Plans every module that is in sync by its status. What a plan would change
 * then, somebody changed on the host; it is told, and nothing is done about it.
 */
export async function findDrift(
  work: ReconcileWork,
  lagging: ReadonlySet<string>,
  ports: Ports,
): Promise<readonly Thing[]> {
  const { subject, inputs } = work;
  const ids = await listInSync(work, lagging);
  if (ids.length === 0) return [];
  const read = await readModuleSources(subject, ids);
  if (!read.ok) {
    return read.findings.map((each) => ({ topic: 'host', finding: each }));
  }
  const { sources } = read;
  const hosts = await openModuleHosts({ subject, sources, inputs }, ports);
  try {
    const plans = await planModules({ subject, sources, hosts }, ports);
    return plans.flatMap(describe);
  } finally {
    await hosts.close();
  }
}

async function listInSync(
  { subject, store }: ReconcileWork,
  lagging: ReadonlySet<string>,
): Promise<string[]> {
  const { repository, policy, head } = subject;
  const live = listLastApplied(await readStatuses(await store.fetch()));
  const settled = [...live.values()].filter((each) => each.settled);
  const entries = await listTree(repository, head);
  const book = await openModuleBook(repository, policy.modules_dir, entries);
  return settled
    .map(({ id }) => id)
    .filter((id) => book.has(id) && !lagging.has(id))
    .sort();
}

function describe(planned: ModulePlan): Thing[] {
  if (planned.kind === 'refused') {
    // What a host that cannot be asked says differs each time.
    return planned.findings.map((each) => ({
      ...{ topic: 'host', finding: each, state: each.code },
    }));
  }
  const { plan } = planned;
  if (plan.exit_code === 1) return [drifted(plan)];
  return plan.health === 'unhealthy' ? [unhealthy(plan)] : [];
}

function drifted({ module, host, changes, digest }: Plan): Thing {
  const first = changes
    .slice(0, 3)
    .map(({ action, resource }) => `${action} ${resource}`);
  const more = changes.length > 3 ? ` and ${changes.length - 3} more` : '';
  const reason = `${module} was changed on ${host}; an apply would ${first.join(', ')}${more}`;
  const remedy = `Look at the host; to bring the module back, dispatch the lane with module=${module}.`;
  return {
    topic: 'host',
    finding: finding('reconcile/drift', reason, { module, remedy }),
    state: digest,
  };
}

function unhealthy({ module, host }: Plan): Thing {
  const reason = `${module} on ${host} is what was applied, and is not healthy`;
  return {
    topic: 'host',
    finding: finding('reconcile/unhealthy', reason, { module }),
  };
}
