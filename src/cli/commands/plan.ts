import { copyFileSync } from 'node:fs';
import { InputError } from '../../model/errors.ts';
import { type PlanHereOptions, planHere } from '../plan-here.ts';
import { outcomeDocument, type Terminal } from '../terminal.ts';

interface PlanOptions extends PlanHereOptions {
  readonly output?: string;
}

/** Plans one module. Exit 0: in sync; 1: an apply would change something. */
export function plan(module: string, options: PlanOptions) {
  return (terminal: Terminal): Promise<number> =>
    planHere(module, options, terminal, (outcome, plans) => {
      terminal.verdict(outcome.verdict);
      terminal.document(outcomeDocument(outcome));
      if (outcome.exitStatus !== 0) return outcome.exitStatus;
      keepPlan(plans, options.output);
      return outcome.outputs['in-sync'] === 'true' ? 0 : 1;
    });
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
