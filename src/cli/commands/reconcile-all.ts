import { reconcileStep } from '../../actions/reconcile/run.ts';
import { executeStep } from '../../actions/step.ts';
import { closeHosts } from '../../adapters/transport/open-host.ts';
import { InputError } from '../../model/errors.ts';
import { openLocalRun } from '../local-run.ts';
import { outcomeDocument, type Terminal } from '../terminal.ts';
import { commonInputs } from './options.ts';
import type { ReconcileOptions } from './reconcile.ts';

/**
 * What the reconciliation of the forge would do. At a terminal it is not done:
 * one module at a time is closed, and applied, by whoever names it.
 */
export function reconcileAll(options: ReconcileOptions) {
  return async (terminal: Terminal): Promise<number> => {
    if (!options.dryRun || options.reason !== undefined) {
      const allowed = 'the id of a module; all of them with --dry-run alone';
      throw new InputError('<module>', '', allowed);
    }
    const request = { ...options, event: 'workflow_dispatch' as const };
    const run = await openLocalRun(request, terminal);
    const { context, exec } = run.ports;
    try {
      const inputs = { ...commonInputs(options), 'dry-run': 'true' };
      const outcome = await executeStep(reconcileStep, inputs, run.ports);
      terminal.verdict(outcome.verdict);
      terminal.document(outcomeDocument(outcome));
      return outcome.exitStatus;
    } finally {
      await closeHosts(context.folder(), exec);
      run.close();
    }
  };
}
