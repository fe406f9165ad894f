import { isGood, type ModuleOutcome } from '../../apply/attempt.ts';
import { describeOutcome } from '../../apply/describe-outcome.ts';
import type { Reconciled } from '../../apply/reconciled.ts';
import type { Checkpoint } from '../../audit/checkpoint.ts';
import type { ApplyResult } from '../../drivers/driver.ts';
import { loadDriver } from '../../drivers/load-driver.ts';
import { ActionError } from '../../model/errors.ts';
import { type Finding, finding, type Verdict } from '../../model/verdict.ts';
import { readRelease } from '../../repository/release.ts';
import type { Subject } from '../../repository/subject.ts';
import type { StateStore } from '../../state/store.ts';
import type { HostLeases } from '../host-leases.ts';
import type { ModuleHosts } from '../open-module-hosts.ts';
import { printHostOutput } from '../print-host-output.ts';
import type { Ports } from '../step.ts';
import type { AttemptRecorder } from './attempt-recorder.ts';
import type { ReadyModule } from './check-before-apply.ts';
import { notBegun } from './cut-off.ts';
import { describeAttempts } from './describe-attempts.ts';

export interface ApplyWork {
  readonly subject: Subject;
  /** In the order of `depends_on`. */
  readonly modules: readonly ReadyModule[];
  /** Modules that may not be touched now, and why. */
  readonly blocked: ReadonlyMap<string, Finding>;
  readonly reconciled: readonly Reconciled[];
  readonly verdicts: readonly Verdict[];
  readonly hosts: ModuleHosts;
  readonly recorder: AttemptRecorder;
  /** As it is left with the hosts, signed where there is a key. */
  readonly renderCheckpoint: (checkpoint: Checkpoint) => string;
  readonly leases: HostLeases;
  readonly store: StateStore;
  readonly armed: boolean;
}

/**
 * Applies one module after the other, once it is on record that this is going
 * to happen. One that does not end well holds up those that depend on it; the
 * others go on.
 */
export async function applyModules(
  work: ApplyWork,
  ports: Ports,
): Promise<readonly ModuleOutcome[]> {
  const blocked = await announce(work, ports);
  const outcomes = new Map<string, ModuleOutcome>();
  for (const module of work.modules) {
    const held = findHolding(blocked, module, outcomes, work.recorder);
    const outcome = held
      ? hold(module, held)
      : await applyModule(work, module, ports).catch(holdAfterError(module));
    outcomes.set(module.source.id, outcome);
    work.recorder.end(outcome);
    ports.print(describeOutcome(outcome));
  }
  return [...outcomes.values()];
}

/** Puts on record what is going to be attempted; yields what may not be. */
async function announce(
  work: ApplyWork,
  ports: Ports,
): Promise<ReadonlyMap<string, Finding>> {
  const { blocked, modules, recorder, reconciled } = work;
  const waiting = new Set(blocked.keys());
  const going = modules.filter(({ source: { id, manifest } }) => {
    const waits = manifest.depends_on.some((other) => waiting.has(other));
    if (waits) waiting.add(id);
    return !waiting.has(id);
  });
  const described = await describeAttempts(work, going, ports);
  const taken = await recorder
    .announce({ ...described, reconciled })
    .catch(sayUntouched);
  return new Map([...blocked, ...taken]);
}

function sayUntouched(error: unknown): never {
  if (!(error instanceof ActionError)) throw error;
  const { code, message, remedy, evidence } = error;
  const reason = `Nothing was applied: ${message}`;
  throw new ActionError(code, reason, { remedy, evidence, cause: error });
}

function findHolding(
  blocked: ReadonlyMap<string, Finding>,
  { source }: ReadyModule,
  outcomes: ReadonlyMap<string, ModuleOutcome>,
  { isStopped }: AttemptRecorder,
): Finding | undefined {
  const { id, manifest } = source;
  if (isStopped) return notBegun(id);
  const own = blocked.get(id);
  if (own) return own;
  const failed = manifest.depends_on.find((other) => {
    const outcome = outcomes.get(other);
    return outcome !== undefined && !isGood(outcome);
  });
  if (failed === undefined) return undefined;
  const reason = `${id} was not attempted: ${failed}, which it depends on, was not applied`;
  return finding('apply/dependency-failed', reason, { module: id });
}

function hold({ source }: ReadyModule, held: Finding): ModuleOutcome {
  return { kind: 'held', module: source.id, finding: held };
}

/** What was not foreseen stops the step; the rest is told with the others. */
function holdAfterError(module: ReadyModule) {
  return (error: unknown): ModuleOutcome => {
    if (!(error instanceof ActionError)) throw error;
    const { code, message, remedy } = error;
    const details = { module: module.source.id, remedy };
    return hold(module, finding(code, message, details));
  };
}

/** So often other runs may have come first to a host with a newer log. */
const MAX_ADVANCES = 5;

/**
 * Tells the host how far the log went. Where the host knows of a log that went
 * further, another run may have added to it since: then the branch has it, too.
 */
async function withWitness(
  { recorder, renderCheckpoint }: ApplyWork,
  apply: (checkpoint: string) => Promise<ApplyResult>,
): Promise<ApplyResult> {
  for (let advances = 0; ; advances += 1) {
    const { checkpoint } = recorder;
    if (!checkpoint) throw new TypeError('nothing was announced');
    const result = await apply(renderCheckpoint(checkpoint));
    const behind =
      result.result === 'refused' &&
      result.finding.code === 'audit/rolled-back';
    if (!behind || advances >= MAX_ADVANCES) return result;
    if (!(await recorder.advance())) return result;
  }
}

async function applyModule(
  work: ApplyWork,
  module: ReadyModule,
  ports: Ports,
): Promise<ModuleOutcome> {
  const { source, plan } = module;
  const { head, policy, repository } = work.subject;
  const driver = await loadDriver(source.manifest.driver);
  const read = await readRelease(repository, {
    sha: head,
    manifest: source.manifest,
    policy,
    entries: source.entries,
    asBefore: work.subject.rollback !== undefined,
  });
  if (!read.ok) return hold(module, read.findings[0]);
  const lost = await findLost(work, source.manifest.host);
  if (lost) return hold(module, { ...lost, module: source.id });
  const attempt = work.recorder.begin(source.id);
  const request = {
    host: work.hosts.of(source),
    release: read.release,
    plan,
    armed: work.armed,
    run: attempt.run,
    clock: ports.clock,
    ...(attempt.fence === null ? {} : { fence: attempt.fence }),
    holder: work.leases.holder,
  };
  const result = await withWitness(work, (checkpoint) =>
    driver.apply({ ...request, checkpoint }),
  );
  if ('output' in result) printHostOutput(source.id, result.output, ports);
  return { kind: 'attempted', attempt, result };
}

/** Gives a sign of life, and says whether the host is still ours. */
async function findLost(
  { leases, store }: ApplyWork,
  host: string,
): Promise<Finding | undefined> {
  try {
    await leases.renewOld(store);
  } catch (error) {
    // The branch could not be reached; then the age of the lease decides.
    if (!(error instanceof ActionError)) throw error;
  }
  return leases.objection(host);
}
