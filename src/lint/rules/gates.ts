import { LANES } from '../../lanes/lanes.ts';
import { type LintFinding, lintFinding } from '../lint-finding.ts';
import { isApplying, ownActionOf, runsCommandLine } from '../own-action.ts';
import type { Job, Step, Workflow } from '../workflow.ts';

/** Every gate of a lane runs before module-apply, and its word counts. */
export function checkGates(workflow: Workflow): LintFinding[] {
  return workflow.jobs.flatMap((job) => [
    ...checkOrder(workflow, job),
    ...(isApplying(job) ? checkIgnored(job) : []),
    ...job.steps.flatMap(checkScript),
  ]);
}

/** The gates of the lane that the steps come closest to, less what is there. */
function checkOrder(workflow: Workflow, job: Job): LintFinding[] {
  const actions = job.steps.map(ownActionOf);
  const applying = actions.indexOf('module-apply');
  const step = job.steps[applying];
  if (!step) return [];
  const before = actions.slice(0, applying);
  const [missing = []] = Object.values(LANES)
    .map(({ gates }) =>
      gates.map(({ gate }) => gate).filter((gate) => !before.includes(gate)),
    )
    .sort((left, right) => left.length - right.length);
  return missing.map((gate) => {
    const elsewhere = workflow.jobs.find(
      (other) => other !== job && other.steps.some(isGate(gate)),
    );
    if (elsewhere) {
      const at = elsewhere.steps.find(isGate(gate))?.at('uses') ?? job.at();
      return lintFinding('lint/gate-in-other-job', at, {
        reason: `${gate} runs in the job ${elsewhere.id}, module-apply in the job ${job.id}`,
        remedy: `Move the step ${gate} into the job ${job.id}, in front of module-apply; verdicts do not travel between jobs.`,
      });
    }
    return lintFinding('lint/missing-gate', step.at('uses'), {
      reason: `module-apply in the job ${job.id} has no ${gate} in front of it`,
      remedy: `Add in front of module-apply: - {uses: ${siblingOf(step, gate)}, with: ...}, as in workflows/auto-apply.yml`,
    });
  });
}

function isGate(gate: string): (step: Step) => boolean {
  return (step) => ownActionOf(step) === gate;
}

function siblingOf({ raw }: Step, action: string): string {
  return (raw.uses ?? '').replace('/module-apply', `/${action}`);
}

function checkIgnored(job: Job): LintFinding[] {
  const reasons = job.steps.flatMap((step) => {
    const action = ownActionOf(step);
    if (action === undefined) return [];
    const { raw, at } = step;
    return [
      ...(isOn(raw['continue-on-error'])
        ? [
            {
              place: at('continue-on-error'),
              reason: `${action} may refuse, and the job goes on`,
            },
          ]
        : []),
      ...(action === 'module-apply' && asksForStatus(raw.if)
        ? [
            {
              place: at('if'),
              reason: 'module-apply runs even after a gate refused',
            },
          ]
        : []),
    ];
  });
  const whole = isOn(job.raw['continue-on-error'])
    ? [
        {
          place: job.at('continue-on-error'),
          reason: `The job ${job.id} applies, and may fail unseen`,
        },
      ]
    : [];
  return [...whole, ...reasons].map(({ place, reason }) =>
    lintFinding('lint/ignored-gate', place, { reason }),
  );
}

function isOn(said: string | undefined): boolean {
  return said !== undefined && said !== 'false';
}

function asksForStatus(condition: string | undefined): boolean {
  return /\b(?:always|failure|cancelled)\s*\(/i.test(condition ?? '');
}

/** The command line says by its exit status what a gate decided. */
function checkScript(step: Step): LintFinding[] {
  const ignores = /\|\|\s*(?:true|:|exit\s+0)(?:\s|;|$)|\bset\s+\+e\b/;
  if (!runsCommandLine(step) || !ignores.test(step.raw.run ?? '')) return [];
  return [
    lintFinding('lint/ignored-gate', step.at('run'), {
      reason: 'The script goes on after apply-gates refused',
    }),
  ];
}
