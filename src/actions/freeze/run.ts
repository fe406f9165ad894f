import { findStatePlace, openStateAt } from '../../repository/state-place.ts';
import { changeFreeze } from '../change-freeze.ts';
import type { Step, StepOutcome } from '../step.ts';
import { parseFreezeInputs } from './inputs.ts';

const NAME = 'freeze';

/** Freezes a module, a host or everything, or lifts such a freeze. */
export const freezeStep: Step = {
  name: NAME,
  inputs: {
    change: 'freeze',
    module: '',
    host: '',
    all: 'false',
    reason: '',
    until: '',
    'working-directory': '.',
    policy: '.platform/gates.yaml',
    token: '',
    'api-url': '',
    'state-ssh-key': '',
  },
  outputs: [],
  run: async (raw, ports): Promise<StepOutcome> => {
    const inputs = parseFreezeInputs(raw, ports.clock.now());
    const place = await findStatePlace(ports, inputs);
    const state = await openStateAt(ports, place, inputs);
    try {
      const verdict = await changeFreeze(
        inputs.change,
        {
          gate: NAME,
          state,
          secrets: [inputs.token, inputs.stateSshKey],
          policy: place.policy,
        },
        ports,
      );
      return { verdict, outputs: {}, summary: [verdict] };
    } finally {
      state.close();
    }
  },
};
