import { AUTO_APPLY, type LaneDefinition, type LaneStep } from './lanes.ts';
import { input, ntfyUrl, output, sshKey, stateSshKey } from './wires.ts';

/**
 * The lane of `workflows/reconcile.yml`: catches up with what runs left behind,
 * through the gates of the auto-apply lane. A dispatch counts as a schedule.
 */
export const RECONCILE: LaneDefinition = {
  inputs: {
    drift: {
      description: 'Ask the hosts whether somebody changed a module there.',
      options: ['true', 'false'],
      default: 'true',
    },
  },
  steps: [
    {
      id: 'reconcile',
      action: 'reconcile',
      runs: { when: 'passed' },
      with: {
        drift: input('drift'),
        'ssh-key': sshKey,
        'state-ssh-key': stateSshKey,
        'ntfy-url': ntfyUrl,
      },
    },
    ...AUTO_APPLY.steps.map(caughtUp),
  ],
};

function caughtUp(step: LaneStep): LaneStep {
  switch (step.id) {
    case 'scope':
      return { ...step, with: { only: output('reconcile', 'modules') } };
    case 'stateful':
      return { ...step, with: { modules: output('scope', 'eligible') } };
    default: {
      // What only a person may say is not for a schedule to pass on.
      const {
        'despite-freeze': _,
        'acknowledge-host': __,
        ...wires
      } = step.with;
      return { ...step, with: wires };
    }
  }
}
