import type { AskedModule } from '../../gates/stateful/decide-stateful.ts';
import { SUFFIXES_OF_CLASS } from '../../model/backup-name.ts';
import { backupRootOf, requiresReceipt } from '../../model/policy-defaults.ts';
import type { Status } from '../../model/status.ts';
import { type Finding, finding } from '../../model/verdict.ts';
import {
  type ModuleFacts,
  readModuleFacts,
} from '../../repository/module-facts.ts';
import { openStateAt } from '../../repository/state-place.ts';
import type { Subject } from '../../repository/subject.ts';
import { readStatuses } from '../../state/status-store.ts';
import type { Ports } from '../step.ts';

/** An asked module, and whether its backup needs a receipt. */
export interface ReadModule extends AskedModule {
  readonly receiptRequired: boolean;
}

export interface AskedModules {
  readonly modules: readonly ReadModule[];
  /** Ids that cannot be judged, with why. */
  readonly findings: readonly Finding[];
}

/**
 * Looks up the ids that were asked for in git and on the state branch. What
 * scope said about them is not asked: it would be the same mistake twice.
 */
export async function readAskedModules(
  subject: Subject,
  request: {
    readonly ids: readonly string[];
    readonly token: string | undefined;
    readonly stateSshKey: string | undefined;
  },
  ports: Ports,
): Promise<AskedModules> {
  if (request.ids.length === 0) return { modules: [], findings: [] };
  const statuses = await fetchStatuses(subject, request, ports);
  const facts = await readModuleFacts(subject, request.ids, statuses);
  const modules: ReadModule[] = [];
  const findings: Finding[] = [];
  for (const id of request.ids) {
    const asked = describeModule(id, facts.get(id), subject);
    if ('code' in asked) findings.push(asked);
    else modules.push(asked);
  }
  return { modules, findings };
}

async function fetchStatuses(
  subject: Subject,
  access: Parameters<typeof openStateAt>[2],
  ports: Ports,
): Promise<ReadonlyMap<string, Status>> {
  const state = await openStateAt(ports, subject, access);
  try {
    return await readStatuses(await state.store.fetch());
  } finally {
    state.close();
  }
}

function describeModule(
  id: string,
  facts: ModuleFacts | undefined,
  { head, policy, policyPath }: Subject,
): ReadModule | Finding {
  if (!facts?.head) {
    const known = facts?.base || facts?.lastApplied;
    return known
      ? finding(
          'scope/module-removed',
          `${id} is not there any more at ${head}`,
          { module: id },
        )
      : finding('scope/unknown-module', `There is no module ${id} at ${head}`, {
          module: id,
        });
  }
  const host = Object.hasOwn(policy.hosts, facts.head.host)
    ? policy.hosts[facts.head.host]
    : undefined;
  if (!host) {
    return finding(
      'scope/invalid-manifest',
      `${id} names the host ${JSON.stringify(facts.head.host)}, which ${policyPath} does not have`,
      { module: id },
    );
  }
  const places = {
    head: facts.head,
    base: facts.base,
    'last applied': facts.lastApplied,
  };
  return {
    id,
    stateful: facts.stateful,
    statefulAt: Object.entries(places)
      .filter(([, manifest]) => manifest?.stateful)
      .map(([place]) => place),
    receiptRequired: requiresReceipt(policy, host),
    backupRoot: backupRootOf(policy, host),
    backupSuffix: SUFFIXES_OF_CLASS[facts.head.backup?.class ?? 'volume'][0],
  };
}
