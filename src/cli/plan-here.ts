import { modulePlanStep } from '../actions/module-plan/run.ts';
import { executeStep, type StepOutcome } from '../actions/step.ts';
import { closeHosts } from '../adapters/transport/open-host.ts';
import { commonInputs, type RepositoryOptions } from './commands/options.ts';
import { openLocalRun } from './local-run.ts';
import type { Terminal } from './terminal.ts';

export interface PlanHereOptions extends RepositoryOptions {
  readonly head?: string;
  readonly sshKeyFile?: string;
}

export type PlanOutcome = StepOutcome & { readonly exitStatus: number };

/** Plans one module of a commit; the files of its plan are gone afterwards. */
export async function planHere<Result>(
  module: string,
  options: PlanHereOptions,
  terminal: Terminal,
  use: (outcome: PlanOutcome, plans: readonly string[]) => Result,
): Promise<Result> {
  const request = { ...options, event: 'workflow_dispatch' as const };
  const run = await openLocalRun(request, terminal);
  try {
    const outcome = await executeStep(
      modulePlanStep,
      { ...commonInputs(options), modules: JSON.stringify([module]) },
      run.ports,
    );
    const plans = outcome.outputs['plans'] ?? '[]';
    return use(outcome, JSON.parse(plans) as string[]);
  } finally {
    await closeHosts(run.ports.context.folder(), run.ports.exec);
    run.close();
  }
}
