import { ACTION_INPUTS } from './action-inputs.ts';
import type { Job, Step, Workflow } from './workflow.ts';

/** The lane in one step: what the action in the root of the toolkit runs. */
const WHOLE_LANE = 'auto-apply';

/**
 * The action of apply-gates that a step uses, wherever the toolkit lives:
 * `owner/repo/actions/<name>@ref`, the same behind an address, or a copy in
 * the repository itself.
 */
export function ownActionOf({ raw }: Step): string | undefined {
  const path = (raw.uses ?? '').replace(/@[^@]*$/, '');
  const name = /(?:^|\/)actions\/([a-z-]+)$/.exec(path)?.[1];
  if (name !== undefined && Object.hasOwn(ACTION_INPUTS, name)) return name;
  return /^(?:https?:\/\/[^/]+\/)?[^/.]+\/apply-gates$/.test(path)
    ? WHOLE_LANE
    : undefined;
}

/** True where the job changes hosts: by our actions, or by the command line. */
export function isApplying(job: Job): boolean {
  return job.steps.some((step) => {
    const own = ownActionOf(step);
    return (
      own === 'module-apply' || own === WHOLE_LANE || runsApply(step.raw.run)
    );
  });
}

function runsApply(script: string | undefined): boolean {
  return /\bapply-gates(?:\s+--?\S+)*\s+apply\b/.test(script ?? '');
}

/** True where a step calls the command line of apply-gates. */
export function runsCommandLine({ raw }: Step): boolean {
  return /\bapply-gates\s+[a-z-]/.test(raw.run ?? '');
}

export function appliesAnything(workflow: Workflow): boolean {
  return workflow.jobs.some(isApplying);
}
