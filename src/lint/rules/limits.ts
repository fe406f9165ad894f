import { type LintFinding, lintFinding, type Place } from '../lint-finding.ts';
import { appliesAnything, isApplying } from '../own-action.ts';
import type { Job, Permissions, Workflow } from '../workflow.ts';

/** What a lane needs: the state branch, and to say how it went. */
const LANE_SCOPES = new Set([
  'contents',
  'issues',
  'pull-requests',
  'statuses',
]);

/**
 * What a token may do, and how long a job may run. Forgejo takes no notice of
 * permissions; nothing else may rest on them.
 */
export function checkLimits(workflow: Workflow): LintFinding[] {
  return [
    ...checkPermissions(workflow.permissions, workflow.at('permissions'), {
      inApply: appliesAnything(workflow),
    }),
    ...checkForm(workflow),
    ...workflow.jobs.flatMap((job) => checkJob(workflow, job)),
  ];
}

function checkJob(workflow: Workflow, job: Job): LintFinding[] {
  const { raw } = job;
  const inApply = isApplying(job);
  const own = raw.permissions ?? undefined;
  const hangs = raw['timeout-minutes'] === undefined && raw.uses === undefined;
  return [
    ...checkPermissions(own, job.at('permissions'), { inApply }),
    ...(own === undefined && workflow.permissions === undefined
      ? [
          lintFinding('lint/missing-permissions', job.at(), {
            reason: `Neither the workflow nor the job ${job.id} has permissions:`,
          }),
        ]
      : []),
    ...(hangs
      ? [
          lintFinding('lint/missing-timeout', job.at(), {
            reason: `The job ${job.id} has no timeout-minutes`,
          }),
        ]
      : []),
  ];
}

function checkPermissions(
  said: Permissions | undefined,
  place: Place,
  { inApply }: { readonly inApply: boolean },
): LintFinding[] {
  if (typeof said === 'string') {
    return said === 'write-all'
      ? [
          lintFinding('lint/wide-permissions', place, {
            reason: 'permissions: write-all grants everything',
            inApply,
          }),
        ]
      : [];
  }
  const wide = Object.entries(said ?? {})
    .filter(([scope, level]) => level === 'write' && !LANE_SCOPES.has(scope))
    .map(([scope]) => scope);
  if (!inApply || wide.length === 0) return [];
  return [
    lintFinding('lint/unneeded-permission', place, {
      reason: `A job that applies needs no ${wide.map((scope) => `${scope}: write`).join(', ')}`,
    }),
  ];
}

function checkForm(workflow: Workflow): LintFinding[] {
  if (!appliesAnything(workflow)) return [];
  const form: unknown = Reflect.get(
    Object(workflow.events.get('workflow_dispatch')),
    'inputs',
  );
  return Object.entries(Object(form))
    .filter(([, input]) => Reflect.get(Object(input), 'type') === 'boolean')
    .map(([name]) =>
      lintFinding(
        'lint/boolean-input',
        workflow.at('on', 'workflow_dispatch', 'inputs', name),
        { reason: `The input ${name} of the form is a boolean` },
      ),
    );
}
