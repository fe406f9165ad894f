import type { ModuleOutcome } from '../../apply/attempt.ts';
import { decideOutcome, listOutcomes } from '../../apply/decide-outcome.ts';
import { ActionError } from '../../model/errors.ts';
import {
  type Finding,
  finding,
  passVerdict,
  type Verdict,
} from '../../model/verdict.ts';
import { openRepositoryState } from '../../repository/repository-state.ts';
import { readSubject, type Subject } from '../../repository/subject.ts';
import type { StateStore } from '../../state/store.ts';
import { openModuleHosts } from '../open-module-hosts.ts';
import type { Ports, Step, StepOutcome } from '../step.ts';
import { type ApplyWork, applyModules } from './apply-modules.ts';
import { openAttemptRecorder } from './attempt-recorder.ts';
import { checkBeforeApply, type Readiness } from './check-before-apply.ts';
import { findUnexplained } from './explain-attempts.ts';
import { type ModuleApplyInputs, parseModuleApplyInputs } from './inputs.ts';
import { splitObserved } from './split-observed.ts';

const NAME = 'module-apply';

/** Carries out the plans that every gate of the lane let go on. */
export const moduleApplyStep: Step = {
  name: NAME,
  inputs: {
    modules: '',
    sha: '',
    plan: '',
    'require-noop': 'false',
    'working-directory': '.',
    policy: '.platform/gates.yaml',
    token: '',
    'api-url': '',
    'ssh-key': '',
    'ssh-key-file': '',
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
    const about = { gate: NAME, sha: subject.head };
    if (inputs.modules.length === 0) {
      const reason = 'There is no module to apply';
      return report(passVerdict(about, 'apply/noop', reason));
    }
    const { repository, policy } = subject;
    const state = await openRepositoryState(ports, {
      repository,
      branch: policy.state.branch,
      token: inputs.token,
    });
    try {
      const work = { gate: NAME, inputs, subject, store: state.store };
      const readiness = await checkBeforeApply(work, ports);
      return readiness.kind === 'stop'
        ? report(readiness.verdict)
        : await applyReady({ ...work, ready: readiness }, ports);
    } finally {
      state.close();
    }
  },
};

interface ReadyWork {
  readonly inputs: ModuleApplyInputs;
  readonly subject: Subject;
  readonly store: StateStore;
  readonly ready: Extract<Readiness, { readonly kind: 'ready' }>;
}

async function applyReady(
  { inputs, subject, store, ready }: ReadyWork,
  ports: Ports,
): Promise<StepOutcome> {
  const about = { gate: NAME, sha: subject.head };
  const { modules, armed } = ready;
  const { toApply, observed } = splitObserved(subject.policy, modules);
  if (toApply.length === 0) {
    return report(decideOutcome(about, [], { problems: [], observed }));
  }
  const sources = toApply.map(({ source }) => source);
  const hosts = await openModuleHosts({ subject, sources, inputs }, ports);
  try {
    const opened = { subject, modules: toApply, hosts };
    const blocked = await findUnexplained(opened, ports);
    const work = { ...opened, blocked, armed };
    const done = await applyOnRecord(work, store, ports);
    const { outcomes, problems, status } = done;
    const verdict = decideOutcome(about, outcomes, { problems, observed });
    return report(verdict, outcomes, status);
  } finally {
    await hosts.close();
  }
}

/** Whatever happens in between, what was begun is put on the state branch. */
async function applyOnRecord(
  work: Omit<ApplyWork, 'recorder'>,
  store: StateStore,
  ports: Ports,
) {
  const sha = work.subject.head;
  const recorder = openAttemptRecorder({ step: NAME, sha, store }, ports);
  const problems: Finding[] = [];
  let outcomes: readonly ModuleOutcome[];
  try {
    outcomes = await applyModules({ ...work, recorder }, ports);
  } finally {
    const lost = await recorder.flush().catch(describeLoss);
    if (lost) problems.push(lost);
    recorder.close();
  }
  return { outcomes, problems, status: recorder.written() };
}

function describeLoss(error: unknown): Finding {
  if (!(error instanceof ActionError)) throw error;
  return finding(
    'state/not-durable',
    `The hosts were changed as listed, and their status could not be put on the state branch: ${error.message}`,
    {
      remedy: `${error.remedy} The next run reads what is live from the hosts, finds it in sync, and puts it on record.`,
    },
  );
}

function report(
  verdict: Verdict,
  outcomes: readonly ModuleOutcome[] = [],
  status: readonly string[] = [],
): StepOutcome {
  const lists = listOutcomes(outcomes);
  return {
    verdict,
    outputs: {
      applied: JSON.stringify(lists.applied),
      noop: JSON.stringify(lists.noop),
      failed: JSON.stringify(lists.failed),
      'rolled-back': JSON.stringify(lists.rolledBack),
      'not-attempted': JSON.stringify(lists.notAttempted),
      status: JSON.stringify(status),
    },
  };
}
