import { APPLY } from './apply-lane.ts';
import type { LaneDefinition, LaneStep } from './lanes.ts';
import { FREEZE_INPUTS, OVERRIDE_INPUTS } from './person-inputs.ts';
import type { Wire } from './wire.ts';
import { input, ntfyUrl, output, sshKey, stateSshKey } from './wires.ts';

const asked: Wire = { from: 'list', input: 'module' };
const target = output('target', 'sha');

const wanted = {
  modules: asked,
  to: input('to'),
  reason: input('reason'),
  'dry-run': input('dry_run'),
  'ssh-key': sshKey,
  'state-ssh-key': stateSshKey,
} as const;

/**
 * The lane of `workflows/rollback.yml`: one module, by hand, back to a commit
 * that was live before, with the images that it ran with then. From where the
 * commit is known on it is the lane of an approved apply.
 */
export const ROLLBACK: LaneDefinition = {
  inputs: {
    module: { description: 'Module to take back.', default: '' },
    to: {
      description: 'Commit that was live before. Empty: the one before this.',
      default: '',
    },
    reason: {
      description: 'What is wrong with what is live; it goes on record.',
      default: '',
    },
    dry_run: {
      description: 'Stop before the first change.',
      options: ['false', 'true'],
      default: 'false',
    },
    ...OVERRIDE_INPUTS,
    ...FREEZE_INPUTS,
  },
  steps: APPLY.steps.map(takenBack),
};

function takenBack(step: LaneStep): LaneStep {
  switch (step.id) {
    case 'verify':
      return { ...step, id: 'target', action: 'rollback-target', with: wanted };
    case 'checkout':
      return { ...step, with: { ref: target } };
    case 'bind':
      return {
        ...step,
        action: 'rollback-target',
        with: { ...wanted, to: target },
      };
    case 'guard': {
      const { 'plan-digest': _, 'allow-destructive': __, ...wires } = step.with;
      return { ...step, with: { ...wires, sha: target } };
    }
    case 'apply': {
      // What was live there before was acknowledged then.
      const {
        'break-glass-reason': _,
        'acknowledge-host': __,
        ...wires
      } = step.with;
      return {
        ...step,
        runs: { when: 'listed', step: 'bind', name: 'going' },
        with: { ...wires, sha: target, 'rollback-reason': input('reason') },
      };
    }
    case 'comment':
      return { ...step, with: { 'ntfy-url': ntfyUrl } };
    default:
      return 'sha' in step.with
        ? { ...step, with: { ...step.with, sha: target } }
        : step;
  }
}
