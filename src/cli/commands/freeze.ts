import * as z from 'zod';
import { changeFreeze } from '../../actions/change-freeze.ts';
import {
  parseFreezeScope,
  parseFreezeUntil,
} from '../../actions/freeze-request.ts';
import {
  lineForm,
  moduleIdForm,
  parseInputs,
} from '../../actions/input-forms.ts';
import { openRemoteState } from '../git-log.ts';
import type { Terminal } from '../terminal.ts';
import type { HoldOptions } from './options.ts';

const schema = z.object({
  module: moduleIdForm.optional(),
  host: moduleIdForm.optional(),
  reason: lineForm,
  until: lineForm.optional(),
});

interface FreezeOptions extends HoldOptions {
  readonly module?: string;
  readonly host?: string;
  readonly all?: boolean;
  readonly until?: string;
}

/** Sets or lifts a freeze, as the action of this name does. */
export function freeze(change: 'freeze' | 'unfreeze', options: FreezeOptions) {
  return async (terminal: Terminal): Promise<number> => {
    const { module, host, reason, until } = options;
    const inputs = parseInputs(schema, { module, host, reason, until });
    const scope = parseFreezeScope({ ...inputs, all: options.all });
    const remote = await openRemoteState(options, terminal);
    try {
      const { ports } = remote.run;
      const request = {
        change,
        scope,
        reason: inputs.reason,
        until: parseFreezeUntil(
          { change, until: inputs.until },
          ports.clock.now(),
        ),
      };
      const work = {
        gate: change,
        state: remote.state,
        secrets: [],
        policy: remote.place.policy,
        dryRun: options.dryRun,
      };
      const verdict = await changeFreeze(request, work, ports);
      terminal.verdict(verdict);
      terminal.document({ verdict });
      return 0;
    } finally {
      remote.close();
    }
  };
}
