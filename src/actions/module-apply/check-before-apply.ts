import {
  findOpenAttempts,
  type OpenAttempt,
} from '../../apply/open-attempt.ts';
import { readTail } from '../../audit/read-tail.ts';
import type { Plan } from '../../model/plan.ts';
import type { Status } from '../../model/status.ts';
import {
  type Finding,
  refuseVerdict,
  type Verdict,
} from '../../model/verdict.ts';
import { readModuleFacts } from '../../repository/module-facts.ts';
import {
  type ModuleSource,
  readModuleSources,
} from '../../repository/module-sources.ts';
import type { Subject } from '../../repository/subject.ts';
import { bringHeld } from '../../state/bring-held.ts';
import type { StateSnapshot } from '../../state/snapshot.ts';
import { readStatuses } from '../../state/status-store.ts';
import type { StateStore } from '../../state/store.ts';
import type { Ports } from '../step.ts';
import {
  checkGates,
  checkPermission,
  type LaneRecord,
  readLane,
} from './check-lane.ts';
import { checkLive } from './check-live.ts';
import { checkMoved } from './check-moved.ts';
import { checkPlans } from './check-plans.ts';
import type { ModuleApplyInputs } from './inputs.ts';

/** A module that may be applied, with what was planned and what is known. */
export interface ReadyModule {
  readonly source: ModuleSource;
  readonly tree: string;
  readonly plan: Plan;
  readonly status: Status | undefined;
  /** Attempts of it that nobody has seen end. */
  readonly open: readonly OpenAttempt[];
}

/** In the order of `depends_on`; or why nothing is applied. */
export type Readiness =
  | {
      readonly kind: 'ready';
      readonly modules: readonly ReadyModule[];
      /** A person armed the one stateful module. */
      readonly armed: boolean;
      /** What the gates of the job said. */
      readonly verdicts: readonly Verdict[];
      /** The state branch as all of this was read from. */
      readonly snapshot: StateSnapshot;
    }
  | { readonly kind: 'stop'; readonly verdict: Verdict };

interface ReadinessRequest {
  readonly gate: string;
  readonly inputs: ModuleApplyInputs;
  readonly subject: Subject;
  readonly store: StateStore;
}

/**
 * Everything that must hold before anything reaches a host, from what the job
 * put on record to what the remote says now. Nothing of it rests on earlier
 * steps having run, only on what they left behind.
 */
export async function checkBeforeApply(
  request: ReadinessRequest,
  ports: Ports,
): Promise<Readiness> {
  const { inputs, subject, store } = request;
  const stop = (findings: readonly Finding[]) => refuse(request, findings);
  const { modules } = inputs;

  const read = await readModuleSources(subject, modules);
  if (!read.ok) return stop(read.findings);
  const snapshot = await store.fetch();
  await bringHeld(snapshot);
  const statuses = await readStatuses(snapshot);
  const facts = await readModuleFacts(subject, modules, statuses);

  const record = readLane(subject, ports);
  const missing = checkGates(record, request, ports);
  if (missing.length > 0) return stop(missing);
  const forbidden = checkPermission(record, facts, ports);
  if (forbidden.length > 0) return stop(forbidden);

  const { sources } = read;
  const check = { inputs, subject, sources, facts, record };
  const { findings, plans } = await checkPlans(check, ports);
  if (findings.length > 0) return stop(findings);

  const { entries } = await readTail(snapshot);
  const logged = entries.map(({ entry }) => entry);
  const heads = snapshot.remoteHeads;
  const lives = [...facts.values()].flatMap(
    ({ status }) => status?.last_apply_sha ?? [],
  );
  const moved = await checkMoved(request, { record, lives, heads }, ports);
  if (moved) return { kind: 'stop', verdict: moved };
  const differing = await checkLive(subject, record, { facts, plans });
  if (differing.length > 0) return stop(differing);
  return {
    kind: 'ready',
    armed: isArmed(record),
    verdicts: record.verdicts.map(({ verdict }) => verdict),
    snapshot,
    modules: sources.flatMap((source) => {
      const plan = plans.get(source.id);
      const known = facts.get(source.id);
      const open = namesOf(source).flatMap((name) =>
        findOpenAttempts(name, statuses.get(name), logged),
      );
      return plan && known?.tree !== undefined
        ? [{ source, tree: known.tree, plan, status: known.status, open }]
        : [];
    }),
  };
}

/** Its id and, where it was renamed, the one it had. */
function namesOf({ id, manifest }: ModuleSource): string[] {
  return [id, manifest.renamed_from].filter((name) => name !== '');
}

function isArmed({ lane }: LaneRecord): boolean {
  return 'armed' in lane ? lane.armed : lane.name === 'stateful-noop';
}

function refuse(
  { gate, subject }: ReadinessRequest,
  findings: readonly Finding[],
): Readiness {
  const [first, ...others] = findings;
  if (!first) throw new TypeError('a refusal needs a finding');
  const about = { gate, sha: subject.head };
  return { kind: 'stop', verdict: refuseVerdict(about, [first, ...others]) };
}
