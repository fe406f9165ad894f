import {
  decideStateful,
  STATEFUL_GATE,
} from '../../gates/stateful/decide-stateful.ts';
import { isMachineAccount } from '../../model/machine-account.ts';
import { refuseVerdict, type Verdict } from '../../model/verdict.ts';
import { readSubject, type Subject } from '../../repository/subject.ts';
import type { Ports, Step } from '../step.ts';
import { parseStatefulGateInputs, type StatefulGateInputs } from './inputs.ts';
import { readAskedModules } from './read-asked-modules.ts';

/** Stops stateful modules, unless a person armed one of them. */
export const statefulGateStep: Step = {
  name: STATEFUL_GATE,
  inputs: {
    'event-name': '',
    modules: '',
    'allow-stateful': 'false',
    'backup-ref': '',
    'stateful-confirm': '',
    sha: '',
    'working-directory': '.',
    policy: '.platform/gates.yaml',
    token: '',
    'api-url': '',
    'state-ssh-key': '',
  },
  outputs: ['eligible', 'require-noop'],
  run: async (raw, ports) => {
    const inputs = parseStatefulGateInputs(raw);
    const subject = await readSubject(ports, inputs);
    const verdict = await judge(subject, inputs, ports);
    return {
      verdict,
      outputs: {
        eligible: JSON.stringify(verdict.modules),
        // Whoever goes on in spite of a refusal may change nothing either.
        'require-noop': String(verdict.code !== 'stateful/none'),
      },
    };
  },
};

async function judge(
  subject: Subject,
  inputs: StatefulGateInputs,
  ports: Ports,
): Promise<Verdict> {
  const { event, head, policy } = subject;
  const { modules, findings } = await readAskedModules(
    subject,
    { ...inputs, ids: inputs.modules },
    ports,
  );
  const [first, ...others] = findings;
  if (first) {
    return refuseVerdict(
      { gate: STATEFUL_GATE, sha: head },
      [first, ...others],
      {
        modules: inputs.modules,
      },
    );
  }
  const { actor } = ports.context;
  return decideStateful({
    sha: head,
    event: event.name,
    actor,
    actorIsPerson: !isMachineAccount(actor, policy.approval.not_counted),
    modules,
    allowStateful: inputs.allowStateful,
    backupRef: inputs.backupRef,
    confirmation: inputs.confirmation,
    maxAgeMs: policy.stateful.max_age,
    now: ports.clock.now(),
  });
}
