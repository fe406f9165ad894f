import {
  type Attempt,
  isGood,
  type ModuleOutcome,
} from '../../apply/attempt.ts';
import { describeOutcome } from '../../apply/describe-outcome.ts';
import { attemptName } from '../../drivers/attempt/attempt-name.ts';
import { loadDriver } from '../../drivers/load-driver.ts';
import { ActionError } from '../../model/errors.ts';
import { type Finding, finding } from '../../model/verdict.ts';
import { readRelease } from '../../repository/release.ts';
import type { Subject } from '../../repository/subject.ts';
import type { ModuleHosts } from '../open-module-hosts.ts';
import { printHostOutput } from '../print-host-output.ts';
import type { Ports } from '../step.ts';
import type { AttemptRecorder } from './attempt-recorder.ts';
import type { ReadyModule } from './check-before-apply.ts';

export interface ApplyWork {
  readonly subject: Subject;
  /** In the order of `depends_on`. */
  readonly modules: readonly ReadyModule[];
  /** Modules that may not be touched now, and why. */
  readonly blocked: ReadonlyMap<string, Finding>;
  readonly hosts: ModuleHosts;
  readonly recorder: AttemptRecorder;
  readonly armed: boolean;
}

/**
 * Applies one module after the other. One that does not end well holds up
 * those that depend on it; the others go on.
 */
export async function applyModules(
  work: ApplyWork,
  ports: Ports,
): Promise<readonly ModuleOutcome[]> {
  const outcomes = new Map<string, ModuleOutcome>();
  for (const module of work.modules) {
    const held = findHolding(work, module, outcomes);
    const outcome = held
      ? hold(module, held)
      : await applyModule(work, module, ports).catch(holdAfterError(module));
    outcomes.set(module.source.id, outcome);
    work.recorder.end(outcome);
    ports.print(describeOutcome(outcome));
  }
  return [...outcomes.values()];
}

function findHolding(
  { blocked, recorder }: ApplyWork,
  { source }: ReadyModule,
  outcomes: ReadonlyMap<string, ModuleOutcome>,
): Finding | undefined {
  const { id, manifest } = source;
  if (recorder.isStopped()) {
    const reason = `${id} was not begun: the run was asked to stop`;
    return finding('run/stopped', reason, { module: id });
  }
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
  });
  if (!read.ok) return hold(module, read.findings[0]);
  const attempt = describeAttempt(work, module, ports);
  work.recorder.begin(attempt);
  const result = await driver.apply({
    host: work.hosts.of(source),
    release: read.release,
    plan,
    armed: work.armed,
    run: attempt.run,
    clock: ports.clock,
  });
  if ('output' in result) printHostOutput(source.id, result.output, ports);
  return { kind: 'attempted', attempt, result };
}

function describeAttempt(
  { subject }: ApplyWork,
  { source, tree, plan, status }: ReadyModule,
  { context }: Ports,
): Attempt {
  return {
    module: source.id,
    host: source.manifest.host,
    sha: subject.head,
    tree,
    planDigest: plan.digest,
    record: attemptName(context.identity, plan),
    actor: context.actor,
    run: context.identity,
    previous: status,
  };
}
