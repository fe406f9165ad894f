import type { DraftSource } from '../audit/audit-log.ts';
import { ActionError } from '../model/errors.ts';
import {
  describeScope,
  type Freeze,
  type FreezeScope,
} from '../model/freeze.ts';
import type { Policy } from '../model/policy.ts';
import { passVerdict, type Verdict } from '../model/verdict.ts';
import { openRepositoryAudit } from '../repository/repository-audit.ts';
import type { RepositoryState } from '../repository/repository-state.ts';
import { readFreezes, renderFreeze } from '../state/freeze-store.ts';
import type { StateSnapshot } from '../state/snapshot.ts';
import type { StateChange } from '../state/state-change.ts';
import { describeRun } from './describe-run.ts';
import { isByHand } from './is-by-hand.ts';
import type { Ports } from './step.ts';

export interface FreezeChange {
  readonly change: 'freeze' | 'unfreeze';
  readonly scope: FreezeScope;
  readonly reason: string;
  /** End of a freeze; null until somebody lifts it. */
  readonly until: Date | null;
}

interface FreezeWork {
  readonly gate: string;
  readonly state: RepositoryState;
  readonly secrets: readonly (string | undefined)[];
  /** Says which accounts are no people. */
  readonly policy: Policy;
  readonly dryRun?: boolean | undefined;
}

/**
 * Sets a freeze or lifts it, on record in the same commit. Anybody may freeze;
 * what is frozen only a person lifts.
 */
export async function changeFreeze(
  change: FreezeChange,
  work: FreezeWork,
  ports: Ports,
): Promise<Verdict> {
  const { context, clock } = ports;
  if (change.change === 'unfreeze' && !isByHand(ports, work.policy)) {
    throw new ActionError(
      'freeze/not-a-person',
      `${JSON.stringify(context.actor)} may not lift a freeze in a run of ${JSON.stringify(context.eventName)}`,
    );
  }
  const at = clock.now();
  const plan = (snapshot: StateSnapshot) =>
    planChange(snapshot, change, { at, ports });
  const { state, dryRun } = work;
  if (dryRun) {
    const planned = await plan(await state.store.fetch());
    return tell(change, planned.size > 0, work, ports);
  }
  const drafts: DraftSource = async (snapshot) => {
    if ((await plan(snapshot)).size === 0) return [];
    const { scope, reason } = change;
    const until = change.until?.toISOString() ?? null;
    const what = { change: change.change, scope, reason, until };
    const body = { ...what, by: describeRun(ports, work.policy) };
    return [{ kind: 'freeze', fence: null, body }];
  };
  const log = openRepositoryAudit(ports, state, work.secrets);
  const message = `${change.change}: ${describeScope(change.scope)}`;
  const appended = await log.record({ message, drafts, beside: plan });
  return tell(change, appended.length > 0, work, ports);
}

/** What has to change on the branch; nothing where nothing is to be lifted. */
async function planChange(
  snapshot: StateSnapshot,
  change: FreezeChange,
  { at, ports }: { readonly at: Date; readonly ports: Ports },
): Promise<StateChange> {
  if (change.change === 'freeze') {
    return renderFreeze(makeFreeze(change, at, ports));
  }
  const wanted = JSON.stringify(change.scope);
  const found = (await readFreezes(snapshot)).filter((record) => {
    const read = record.kind === 'read';
    const scope = read ? record.freeze.scope : record.scope;
    return JSON.stringify(scope) === wanted;
  });
  return new Map(found.map(({ path }) => [path, null]));
}

function makeFreeze(
  { scope, reason, until }: FreezeChange,
  at: Date,
  { context }: Ports,
): Freeze {
  return {
    schema: 1,
    scope,
    reason,
    author: context.actor,
    since: at.toISOString(),
    until: until?.toISOString() ?? null,
    source: 'person',
    run: context.identity,
  };
}

function tell(
  { change, scope, reason, until }: FreezeChange,
  changed: boolean,
  { gate, dryRun }: FreezeWork,
  { context }: Ports,
): Verdict {
  const about = { gate, sha: context.sha };
  const what = describeScope(scope);
  const would = dryRun ? 'would be' : 'is';
  if (!changed) {
    return passVerdict(about, 'freeze/none', `There is no freeze of ${what}`);
  }
  const evidence = { scope, reason, author: context.actor };
  if (change === 'unfreeze') {
    const lifted = `The freeze of ${what} ${would} lifted`;
    return passVerdict(about, 'freeze/lifted', lifted, { evidence });
  }
  const end = until === null ? 'until it is lifted' : until.toISOString();
  const frozen = `${what} ${would} frozen (${end}): ${JSON.stringify(reason)}`;
  return passVerdict(about, 'freeze/set', frozen, { evidence });
}
