import { describeRun } from '../actions/describe-run.ts';
import { holderId } from '../actions/holder-id.ts';
import { HostLeases, overtakeOf } from '../actions/host-leases.ts';
import type { EntryDraft } from '../audit/plan-append.ts';
import type { Remains } from '../drivers/retire-module.ts';
import type { Status } from '../model/status.ts';
import type { Finding } from '../model/verdict.ts';
import { openRepositoryAudit } from '../repository/repository-audit.ts';
import { renderLeases } from '../state/lease-store.ts';
import type { StateSnapshot } from '../state/snapshot.ts';
import { renderStatuses } from '../state/status-store.ts';
import { refuse } from './change-lease.ts';
import type { RemoteState } from './git-log.ts';
import type { LeftModule } from './read-left-module.ts';

interface Retiring {
  readonly left: LeftModule;
  /** As they were just before. */
  readonly remains: Remains;
  readonly reason: string;
}

type Lease = { readonly fence: number; readonly holder: string };

/**
 * Does it under the lease of the host: the intent is on record before, and how
 * it ended after, with the status. Yields why it could not be done.
 */
export async function retireOnRecord(
  retiring: Retiring,
  perform: (lease: Lease) => Promise<Remains | Finding>,
  remote: RemoteState,
): Promise<Finding | undefined> {
  const { left, remains } = retiring;
  const { run, place, state, store } = remote;
  const { host, module } = left;
  const log = openRepositoryAudit(run.ports, state, []);
  const leases = openLeases(host, remains, remote);
  const entry = (kind: EntryDraft['kind'], more: object, fence: number) => {
    const by = describeRun(run.ports, place.policy);
    const body = { ...describe(retiring), ...more, by };
    return { kind, fence, body };
  };
  let view = await leases.look(await store.fetch(), [host]);
  const fenceOf = () => view.taken.get(host)?.fence ?? 0;
  await log.record({
    message: `audit: intent to retire ${module}`,
    drafts: async (snapshot) => {
      view = await leases.look(snapshot, [host]);
      const held = view.held.get(host);
      if (held) throw refuse(held);
      const by = { ...describeRun(run.ports, place.policy) };
      return [
        ...view.overtaken.map((each) => overtakeOf(each, by)),
        entry('intent', {}, fenceOf()),
      ];
    },
    beside: async () => renderLeases([...view.taken.values()]),
  });
  leases.won(view);
  const stopRenewing = leases.keep(store);
  const ended = await perform({ fence: fenceOf(), holder: leases.holder });
  stopRenewing();
  const refusal = 'code' in ended ? ended : undefined;
  const result = refusal
    ? { result: 'failed', code: refusal.code }
    : { result: 'retired', code: null };
  await log.record({
    message: `audit: result of retiring ${module}`,
    drafts: [entry('result', result, fenceOf())],
    beside: async (snapshot: StateSnapshot) =>
      new Map([
        ...(refusal ? [] : renderStatuses([retiredOf(retiring, remote)])),
        ...(await leases.release(snapshot)),
      ]),
  });
  return refusal;
}

function openLeases(
  host: string,
  { fence }: Remains,
  { run, place }: RemoteState,
): HostLeases {
  const { clock, context } = run.ports;
  const taker = {
    id: holderId(context.folder()),
    run: context.identity,
    actor: context.actor,
    reason: null,
    duration_ms: place.policy.state.lease,
  };
  const seen = new Map(fence === undefined ? [] : [[host, fence] as const]);
  return new HostLeases({
    ...{ taker, clock, seen },
    askRun: async () => 'unknown',
  });
}

function describe({ left, remains, reason }: Retiring) {
  const { host, module, status } = left;
  return {
    ...{ change: 'retire', module, host, sha: status.last_apply_sha, reason },
    containers: remains.containers,
    volumes: remains.volumes,
  };
}

/** Nothing of it is live any more; what was is in `retired`. */
function retiredOf({ left, reason }: Retiring, { run }: RemoteState): Status {
  const { clock, context } = run.ports;
  const { stateful, status } = left;
  return {
    ...status,
    last_apply_sha: null,
    tree: null,
    retired: {
      sha: status.last_apply_sha,
      at: clock.now().toISOString(),
      actor: context.actor,
      reason,
      stateful,
    },
  };
}
