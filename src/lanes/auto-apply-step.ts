import type { Ports, RawInputs, Step } from '../actions/step.ts';
import { passVerdict, type Verdict } from '../model/verdict.ts';
import { renderVerdictLines } from '../report/render-verdict-lines.ts';
import { AUTO_APPLY } from './lanes.ts';
import { type LaneResult, runLane } from './run-lane.ts';
import { STEPS } from './steps.ts';

const NAME = 'auto-apply';

/** Outputs of steps that the whole lane hands on, by step id. */
const PASSED_ON = {
  scope: ['eligible', 'blocked'],
  apply: ['applied', 'noop', 'failed', 'rolled-back', 'not-attempted'],
  report: ['waiting'],
} as const;

/** The auto-apply lane as one step: what the root action.yml runs. */
export const autoApplyStep: Step = {
  name: NAME,
  inputs: {
    'working-directory': '.',
    policy: '.platform/gates.yaml',
    token: '',
    'api-url': '',
    'ssh-key': '',
    'ssh-key-file': '',
    'state-ssh-key': '',
    'audit-sign-key': '',
    module: '',
    'allow-stateful': 'false',
    'backup-ref': '',
    'stateful-confirm': '',
    'despite-freeze': '',
    'acknowledge-host': '',
  },
  outputs: Object.values(PASSED_ON).flat(),
  run: async (inputs, ports) => {
    const result = await runLane(
      {
        lane: AUTO_APPLY,
        steps: STEPS,
        inputs: laneInputs(inputs),
        secrets: {
          APPLY_GATES_SSH_KEY: inputs['ssh-key'] ?? '',
          APPLY_GATES_STATE_SSH_KEY: inputs['state-ssh-key'] ?? '',
          APPLY_GATES_AUDIT_SIGN_KEY: inputs['audit-sign-key'] ?? '',
        },
        common: inputs,
        onStep: ({ outcome }) => {
          if (outcome) printVerdict(outcome.verdict, ports);
        },
      },
      ports,
    );
    const report = result.steps.find(({ id }) => id === 'report')?.outcome;
    return {
      verdict: laneVerdict(result, ports),
      outputs: passedOn(result),
      ...(report?.summary && { summary: report.summary }),
    };
  },
};

/** The lane's inputs carry the names of the workflow's dispatch form. */
function laneInputs(inputs: RawInputs): Record<string, string> {
  return Object.fromEntries(
    Object.keys(AUTO_APPLY.inputs).map((name) => [
      name,
      inputs[name.replaceAll('_', '-')] ?? '',
    ]),
  );
}

function printVerdict(verdict: Verdict, ports: Ports): void {
  for (const line of renderVerdictLines(verdict, { colour: false })) {
    ports.print(line);
  }
}

/** Steps that only tell of the others. */
const AFTERWARDS = ['report', 'artifact'];

/** The verdict that decided: the first refusal, else the last gate's word. */
function laneVerdict(result: LaneResult, ports: Ports): Verdict {
  const spoken = result.steps.flatMap(({ id, outcome }) =>
    outcome ? [{ id, verdict: outcome.verdict }] : [],
  );
  const decisive = (
    spoken.find(({ verdict }) => verdict.decision === 'refuse') ??
    spoken.findLast(({ id }) => !AFTERWARDS.includes(id))
  )?.verdict;
  if (decisive) return { ...decisive, gate: NAME };
  const subject = { gate: NAME, sha: ports.context.sha };
  return passVerdict(subject, 'report/complete', 'No step ran.');
}

function passedOn(result: LaneResult): Record<string, string> {
  const outputs: Record<string, string> = {};
  for (const [id, names] of Object.entries(PASSED_ON)) {
    const ran = result.steps.find((step) => step.id === id)?.outcome;
    for (const name of names) outputs[name] = ran?.outputs[name] ?? '[]';
  }
  return outputs;
}
