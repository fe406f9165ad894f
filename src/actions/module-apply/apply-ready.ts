import type { ModuleOutcome } from '../../apply/attempt.ts';
import { decideOutcome, listOutcomes } from '../../apply/decide-outcome.ts';
import { findBreakGlass } from '../../apply/find-approvals.ts';
import type { AuditLog } from '../../audit/audit-log.ts';
import { ActionError } from '../../model/errors.ts';
import { type Finding, finding, type Verdict } from '../../model/verdict.ts';
import { openRepositoryAudit } from '../../repository/repository-audit.ts';
import type { RepositoryState } from '../../repository/repository-state.ts';
import type { Subject } from '../../repository/subject.ts';
import type { StateStore } from '../../state/store.ts';
import { openModuleHosts } from '../open-module-hosts.ts';
import type { Ports, StepOutcome } from '../step.ts';
import { acknowledgeHosts } from './acknowledge-hosts.ts';
import { type ApplyWork, applyModules } from './apply-modules.ts';
import { AttemptRecorder } from './attempt-recorder.ts';
import type { Readiness, ReadyModule } from './check-before-apply.ts';
import { readCheckpointForm } from './checkpoint-form.ts';
import { explainAttempts } from './explain-attempts.ts';
import { type Holds, LeaseRace } from './holds.ts';
import type { ModuleApplyInputs } from './inputs.ts';
import { describeObserved, splitObserved } from './split-observed.ts';

/** Name of the step, and of the gate that it is. */
export const STEP = 'module-apply';

export interface ReadyWork {
  readonly inputs: ModuleApplyInputs;
  readonly subject: Subject;
  readonly state: RepositoryState;
  readonly ready: Extract<Readiness, { readonly kind: 'ready' }>;
  readonly holds: Holds;
}

/** Undefined where somebody else had a host, and it was waited for a while. */
export async function applyReady(
  { inputs, subject, state, ready, holds }: ReadyWork,
  ports: Ports,
): Promise<StepOutcome | undefined> {
  const about = { gate: STEP, sha: subject.head };
  const { modules, armed, verdicts } = ready;
  const { toApply, ...split } = splitObserved(subject.policy, modules);
  const observedNow = split.observed.map(({ module }) => module);
  const held = await holds.judge(ready.snapshot, observedNow.map(subjectOf));
  const observed = describeObserved(split.observed, held.modules);
  if (toApply.length === 0) {
    return report(decideOutcome(about, [], { problems: [], observed }));
  }
  const sources = toApply.map(({ source }) => source);
  const also = toApply.flatMap(({ open }) => open.map(({ host }) => host));
  const request = { subject, sources, also, inputs };
  const hosts = await openModuleHosts(request, ports);
  try {
    const { token, sshKey, stateSshKey, auditSignKey } = inputs;
    const secrets = [token, sshKey, stateSshKey, auditSignKey];
    const log = openRepositoryAudit(ports, state, secrets);
    const unknown = await acknowledgeHosts(
      { subject, modules: toApply, hosts, log, named: inputs.acknowledgeHost },
      ports,
    );
    const free = toApply.filter(({ source: { id } }) => !unknown.has(id));
    const subjects = free.map(subjectOf);
    const { view } = await holds.judge(ready.snapshot, subjects);
    if (holds.isWorthWaiting(view)) {
      return void (await holds.waitFor(state.store, subjects, view));
    }
    const explained = await explainAttempts(free, hosts, ports);
    const blocked = new Map([...explained.blocked, ...unknown]);
    const { leases } = holds;
    const { store } = state;
    const opened = { subject, modules: toApply, hosts, verdicts };
    const renderCheckpoint = readCheckpointForm(inputs);
    const own = { armed, renderCheckpoint, leases, store };
    const work = { ...opened, ...explained, blocked, ...own };
    const done = await applyOnRecord(work, { log, store, holds }, ports);
    const { outcomes, problems, status, checkpoint } = done;
    const said = decideOutcome(about, outcomes, { problems, observed });
    const glass = findBreakGlass(verdicts);
    const evidence = {
      ...said.evidence,
      ...(checkpoint && { checkpoint }),
      ...(glass && { break_glass: glass }),
    };
    return report({ ...said, evidence }, outcomes, status);
  } catch (error) {
    if (error instanceof LeaseRace) return undefined;
    throw error;
  } finally {
    await hosts.close();
  }
}

function subjectOf({ source: { id, manifest } }: ReadyModule) {
  return { module: id, host: manifest.host };
}

/** Whatever happens in between, what was begun is put on the state branch. */
async function applyOnRecord(
  work: Omit<ApplyWork, 'recorder'>,
  record: {
    readonly log: AuditLog;
    readonly store: StateStore;
    readonly holds: Holds;
  },
  ports: Ports,
) {
  const sha = work.subject.head;
  const recorder = new AttemptRecorder({ step: STEP, sha, ...record }, ports);
  const stopRenewing = work.leases.keep(work.store);
  const problems: Finding[] = [];
  let outcomes: readonly ModuleOutcome[];
  try {
    outcomes = await applyModules({ ...work, recorder }, ports);
  } finally {
    stopRenewing();
    const lost = await recorder.flush().catch(describeLoss);
    if (lost) problems.push(lost);
    recorder.close();
  }
  const { written: status, checkpoint } = recorder;
  return { outcomes, problems, status, checkpoint };
}

function describeLoss(error: unknown): Finding {
  if (!(error instanceof ActionError)) throw error;
  return finding(
    error.code,
    `The hosts were changed as listed, and how that ended could not be put on record: ${error.message}`,
    {
      remedy: `${error.remedy} The next run finds the attempts without an end and asks the hosts for it.`,
    },
  );
}

/** The outcome of a step, with its lists of modules. */
export function report(
  verdict: Verdict,
  outcomes: readonly ModuleOutcome[] = [],
  status: readonly string[] = [],
): StepOutcome {
  const lists = listOutcomes(outcomes);
  return {
    verdict,
    outputs: {
      applied: JSON.stringify(lists.applied),
      noop: JSON.stringify(lists.noop),
      failed: JSON.stringify(lists.failed),
      'rolled-back': JSON.stringify(lists.rolledBack),
      'not-attempted': JSON.stringify(lists.notAttempted),
      status: JSON.stringify(status),
    },
  };
}
