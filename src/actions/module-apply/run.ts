import { InputError } from '../../model/errors.ts';
import { passVerdict } from '../../model/verdict.ts';
import { openStateAt } from '../../repository/state-place.ts';
import { readSubject, type Subject } from '../../repository/subject.ts';
import type { Step } from '../step.ts';
import { applyReady, report, STEP } from './apply-ready.ts';
import { checkBeforeApply } from './check-before-apply.ts';
import { type ModuleApplyInputs, parseModuleApplyInputs } from './inputs.ts';
import { openHolds } from './open-holds.ts';

/** Carries out the plans that every gate of the lane let go on. */
export const moduleApplyStep: Step = {
  name: STEP,
  inputs: {
    modules: '',
    sha: '',
    plan: '',
    'require-noop': 'false',
    'break-glass-reason': '',
    'rollback-reason': '',
    'despite-freeze': '',
    'acknowledge-host': '',
    'working-directory': '.',
    policy: '.platform/gates.yaml',
    token: '',
    'api-url': '',
    'ssh-key': '',
    'ssh-key-file': '',
    'state-ssh-key': '',
    'audit-sign-key': '',
  },
  outputs: [
    'applied',
    'noop',
    'failed',
    'rolled-back',
    'not-attempted',
    'status',
  ],
  run: async (raw, ports) => {
    const inputs = parseModuleApplyInputs(raw);
    const subject = await readSubject(ports, inputs);
    checkHostName(inputs, subject);
    const about = { gate: STEP, sha: subject.head };
    if (inputs.modules.length === 0) {
      const reason = 'There is no module to apply';
      return report(passVerdict(about, 'apply/noop', reason));
    }
    const state = await openStateAt(ports, subject, inputs);
    try {
      const { store } = state;
      const holds = openHolds({ inputs, subject }, ports);
      const asked = { gate: STEP, inputs, subject, store };
      for (;;) {
        const ready = await checkBeforeApply(asked, ports);
        if (ready.kind === 'stop') return report(ready.verdict);
        const work = { inputs, subject, state, ready, holds };
        const outcome = await applyReady(work, ports);
        // What held before the wait for a host may not hold any more.
        if (outcome) return outcome;
      }
    } finally {
      state.close();
    }
  },
};

/** A name that is mistyped should not read like one that was not given. */
function checkHostName(
  { acknowledgeHost: name }: ModuleApplyInputs,
  { policy: { hosts } }: Subject,
): void {
  if (name === undefined || Object.hasOwn(hosts, name)) return;
  const names = Object.keys(hosts).join(', ');
  throw new InputError(
    'acknowledge-host',
    name,
    `a host of the policy: ${names}`,
  );
}
