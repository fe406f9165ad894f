import { isCheckout } from '../foreign-code.ts';
import { type LintFinding, lintFinding, type Place } from '../lint-finding.ts';
import { isApplying } from '../own-action.ts';
import type { Job, Step, Workflow } from '../workflow.ts';

const TRACING_SCRIPT =
  /(?:^|[\s;&|(])(?:set\s+-[a-wyz]*x|set\s+-o\s+xtrace|(?:ba|da)?sh\s+-[a-wyz]*x)/;
const TRACING_VARIABLE =
  /^(?:ACTIONS_(?:STEP|RUNNER)_DEBUG|RUNNER_DEBUG|GIT_TRACE\w*|GIT_CURL_VERBOSE|SHELLOPTS|BASH_XTRACEFD)$/;

/** What must not be in a job with a way to the hosts; and tokens on disk. */
export function checkApplyJobs(workflow: Workflow): LintFinding[] {
  return workflow.jobs.flatMap((job) => [
    ...job.steps.flatMap((step) => checkCredentials(job, step)),
    ...(isApplying(job)
      ? [
          ...job.steps.flatMap(checkCache),
          ...checkTraces(workflow, job),
          ...checkCancelling(workflow, job),
        ]
      : []),
  ]);
}

function checkCredentials(job: Job, step: Step): LintFinding[] {
  const { uses = '', with: given } = step.raw;
  const keeps =
    isCheckout(step) &&
    !/\/actions\/prepare@/.test(uses) &&
    given['persist-credentials'] !== 'false';
  if (!keeps) return [];
  return [
    lintFinding('lint/persisted-credentials', step.at('uses'), {
      reason: `The checkout of the job ${job.id} keeps its token on disk`,
      inApply: isApplying(job),
    }),
  ];
}

function checkCache({ raw, at }: Step): LintFinding[] {
  const said = [
    ...(/(?:^|[/-])cache(?:[@/-]|$)/i.test(raw.uses ?? '') ? ['uses'] : []),
    ...Object.entries(raw.with)
      .filter(([name, value]) => /^cache$/i.test(name) && value !== 'false')
      .map(([name]) => name),
  ];
  return said
    .slice(0, 1)
    .map((key) =>
      lintFinding(
        'lint/cache-in-apply',
        key === 'uses' ? at('uses') : at('with', key),
        { reason: 'A cache is restored in a job that applies' },
      ),
    );
}

function checkTraces(workflow: Workflow, job: Job): LintFinding[] {
  const variables = (
    env: Readonly<Record<string, string>>,
    at: (name: string) => Place,
  ) =>
    Object.keys(env)
      .filter((name) => TRACING_VARIABLE.test(name))
      .map((name) => trace(`${name} is set`, at(name)));
  return [
    ...variables(workflow.env, (name) => workflow.at('env', name)),
    ...variables(job.raw.env, (name) => job.at('env', name)),
    ...job.steps.flatMap(({ raw, at }) => [
      ...variables(raw.env, (name) => at('env', name)),
      ...(TRACING_SCRIPT.test(raw.run ?? '')
        ? [trace('The script prints its commands', at('run'))]
        : []),
      ...(TRACING_SCRIPT.test(raw.shell ?? '')
        ? [trace('The shell prints its commands', at('shell'))]
        : []),
    ]),
  ];
}

function trace(what: string, place: Place): LintFinding {
  const reason = `${what} in a job that applies`;
  return lintFinding('lint/trace-in-apply', place, { reason });
}

/** Killing an apply is survived, and leaves something to be explained. */
function checkCancelling(workflow: Workflow, job: Job): LintFinding[] {
  const found = [
    { said: workflow.concurrency, place: workflow.at('concurrency') },
    { said: job.raw.concurrency, place: job.at('concurrency') },
  ].filter(({ said }) => {
    const cancels: unknown = Reflect.get(Object(said), 'cancel-in-progress');
    return cancels !== undefined && cancels !== false && cancels !== 'false';
  });
  return found.map(({ place }) =>
    lintFinding('lint/cancelled-apply', place, {
      reason: 'A newer run cancels this one while it applies',
    }),
  );
}
