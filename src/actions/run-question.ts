import type { RunState } from '../gates/lease/decide-lease.ts';
import { ActionError } from '../model/errors.ts';
import type { RunIdentity } from '../model/status.ts';
import type { Ports } from './step.ts';

/**
 * Asks the forge whether a run is over. Where it cannot be asked, or does not
 * tell, nothing is known: then only a lease that was watched to its end is dead.
 */
export function makeRunQuestion(
  access: {
    readonly token: string | undefined;
    readonly apiUrl: string | undefined;
  },
  { context, clock }: Ports,
): (run: RunIdentity) => Promise<RunState> {
  return async (run) => {
    if (context.flavour === 'local') return 'unknown';
    try {
      const { openForge } = await import('../adapters/forge/open-forge.ts');
      const limits = { attempts: 1, totalMs: 15_000 };
      const forge = await openForge({ ...access, context, clock, limits });
      return await forge.readRun(run);
    } catch (error) {
      if (!(error instanceof ActionError)) throw error;
      return 'unknown';
    }
  };
}
