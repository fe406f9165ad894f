import type { Attempt, ModuleOutcome } from '../../apply/attempt.ts';
import { reconcileRemedy } from '../../drivers/attempt/reconcile-remedy.ts';
import { finding } from '../../model/verdict.ts';

/** What can be said of an attempt when the process has to end. */
export function cutOff(attempt: Attempt, begun: boolean): ModuleOutcome {
  const { module } = attempt;
  return begun
    ? { kind: 'attempted', attempt, result: interrupted(attempt) }
    : { kind: 'held', module, finding: notBegun(module) };
}

/** How an attempt counts until its end is known. */
export function interrupted({ module, record }: Attempt) {
  const reason = `The step ended before ${module} did`;
  const details = { module, remedy: reconcileRemedy(module) };
  const unknown = finding('apply/unknown', reason, details);
  return { result: 'unknown', record, finding: unknown } as const;
}

/** Why a module is left alone once the run was asked to stop. */
export function notBegun(module: string) {
  const reason = `${module} was not begun: the run was asked to stop`;
  return finding('run/stopped', reason, { module });
}
