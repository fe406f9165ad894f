import { copyFileSync } from 'node:fs';
import { modulePlanStep } from '../../actions/module-plan/run.ts';
import { executeStep } from '../../actions/step.ts';
import { closeHosts } from '../../adapters/transport/open-host.ts';
import { InputError } from '../../model/errors.ts';
import { openLocalRun } from '../local-run.ts';
import { outcomeDocument, type Terminal } from '../terminal.ts';
import { commonInputs, type RepositoryOptions } from './options.ts';

interface PlanOptions extends RepositoryOptions {
  readonly output?: string;
  readonly head?: string;
  readonly sshKeyFile?: string;
}

/** Plans one module. Exit 0: in sync; 1: an apply would change something. */
export function plan(module: string, options: PlanOptions) {
  return async (terminal: Terminal): Promise<number> => {
    const request = { ...options, event: 'workflow_dispatch' as const };
    const run = await openLocalRun(request, terminal);
    try {
      const outcome = await executeStep(
        modulePlanStep,
        {
          ...commonInputs(options),
          modules: JSON.stringify([module]),
        },
        run.ports,
      );
      terminal.verdict(outcome.verdict);
      terminal.document(outcomeDocument(outcome));
      if (outcome.exitStatus !== 0) return outcome.exitStatus;
      const plans = JSON.parse(outcome.outputs['plans'] ?? '[]') as string[];
      keepPlan(plans, options.output);
      return outcome.outputs['in-sync'] === 'true' ? 0 : 1;
    } finally {
      await closeHosts(run.ports.context.folder(), run.ports.exec);
      run.close();
    }
  };
}

function keepPlan(plans: readonly string[], output: string | undefined): void {
  const [made] = plans;
  if (output === undefined || made === undefined) return;
  try {
    copyFileSync(made, output);
  } catch {
    throw new InputError('--output', output, 'a path that can be written');
  }
}
