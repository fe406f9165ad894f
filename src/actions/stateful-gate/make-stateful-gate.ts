import {
  decideStateful,
  STATEFUL_GATE,
} from '../../gates/stateful/decide-stateful.ts';
import { requireReceipt } from '../../gates/stateful/require-receipt.ts';
import { isMachineAccount } from '../../model/machine-account.ts';
import { refuseVerdict, type Verdict } from '../../model/verdict.ts';
import { readSubject, type Subject } from '../../repository/subject.ts';
import type { Ports, Step } from '../step.ts';
import { parseStatefulGateInputs, type StatefulGateInputs } from './inputs.ts';
import { type ReadModule, readAskedModules } from './read-asked-modules.ts';

/**
 * The gate as a step. With `nameOnly` it says why of the backup nothing but
 * its name is looked at.
 */
export function makeStatefulGate(nameOnly?: string): Step {
  return {
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
      'ssh-key': '',
      'ssh-key-file': '',
    },
    outputs: ['eligible', 'require-noop'],
    run: async (raw, ports) => {
      const inputs = parseStatefulGateInputs(raw);
      const subject = await readSubject(ports, inputs);
      const armed = await judge(subject, inputs, ports);
      const verdict = await holdToReceipt(
        armed,
        { subject, inputs, nameOnly },
        ports,
      );
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
}

/** An armed module is held to the receipt of its backup, on its host. */
async function holdToReceipt(
  { verdict, modules }: Judged,
  request: {
    readonly subject: Subject;
    readonly inputs: StatefulGateInputs;
    readonly nameOnly: string | undefined;
  },
  ports: Ports,
): Promise<Verdict> {
  const { inputs, nameOnly, subject } = request;
  const [module] = modules;
  const path = inputs.backupRef;
  if (verdict.code !== 'stateful/armed' || !module || path === undefined) {
    return verdict;
  }
  const why = module.receiptRequired
    ? nameOnly
    : 'the policy asks for no receipt (stateful.require_receipt)';
  if (why !== undefined) {
    return requireReceipt(verdict, { kind: 'name-only', why });
  }
  const { checkArmedBackup } = await import('./check-armed-backup.ts');
  const armed = { subject, module: module.id, path, inputs };
  return requireReceipt(verdict, await checkArmedBackup(armed, ports));
}

/** What the name of the backup and the typed words come to. */
interface Judged {
  readonly verdict: Verdict;
  readonly modules: readonly ReadModule[];
}

async function judge(
  subject: Subject,
  inputs: StatefulGateInputs,
  ports: Ports,
): Promise<Judged> {
  const { event, head, policy } = subject;
  const { modules, findings } = await readAskedModules(
    subject,
    { ...inputs, ids: inputs.modules },
    ports,
  );
  const [first, ...others] = findings;
  if (first) {
    const about = { gate: STATEFUL_GATE, sha: head };
    const evidence = { modules: inputs.modules };
    const verdict = refuseVerdict(about, [first, ...others], evidence);
    return { verdict, modules };
  }
  const { actor } = ports.context;
  const verdict = decideStateful({
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
  return { verdict, modules };
}
