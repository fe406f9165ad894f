import { printable } from '../../model/printable.ts';
import { type LintFinding, lintFinding, type Place } from '../lint-finding.ts';
import type { Job, Workflow } from '../workflow.ts';

const keys = (text: string): ReadonlySet<string> => new Set(text.split(' '));

/**
 * The keys that Forgejo's runner knows; it refuses a workflow that has another
 * one. Where GitHub's schema says the same, GitHub's own parser is asked.
 */
const WORKFLOW_KEYS = keys(
  'on name enable-email-notifications description run-name defaults env permissions concurrency jobs',
);
const JOB_KEYS = keys(
  'needs if strategy name runs-on timeout-minutes cancel-timeout-minutes continue-on-error container services env environment permissions concurrency outputs defaults steps',
);
const CALLING_JOB_KEYS = keys(
  'name uses runs-on container with secrets needs if permissions concurrency strategy',
);
const RUN_KEYS = keys(
  'name id if timeout-minutes run continue-on-error env working-directory shell',
);
const USES_KEYS = keys(
  'name id if continue-on-error timeout-minutes uses with env',
);

/** What Forgejo's runner refuses although GitHub takes it. */
export function checkForgejo(workflow: Workflow): LintFinding[] {
  return [
    ...unknownKeys(workflow.document, WORKFLOW_KEYS, 'a workflow', (key) =>
      workflow.at(key),
    ),
    ...workflow.jobs.flatMap(checkJob),
  ];
}

function checkJob(job: Job): LintFinding[] {
  const { raw } = job;
  const known = raw.uses === undefined ? JOB_KEYS : CALLING_JOB_KEYS;
  const minutes = raw['timeout-minutes'];
  return [
    ...unknownKeys(raw, known, `the job ${job.id}`, (key) => job.at(key)),
    ...(raw.uses === undefined && raw['runs-on'] === undefined
      ? [complaint(`The job ${job.id} has no runs-on`, job.at())]
      : []),
    ...(minutes !== undefined && /^\d*\.\d+$/.test(minutes)
      ? [
          complaint(
            `timeout-minutes: ${minutes} is no whole number`,
            job.at('timeout-minutes'),
          ),
        ]
      : []),
    ...job.steps.flatMap((step) =>
      unknownKeys(
        step.raw,
        step.raw.uses === undefined ? RUN_KEYS : USES_KEYS,
        'a step',
        (key) => step.at(key),
      ),
    ),
  ];
}

function unknownKeys(
  part: unknown,
  known: ReadonlySet<string>,
  name: string,
  at: (key: string) => Place,
): LintFinding[] {
  return Object.entries(Object(part))
    .filter(([key, value]) => !known.has(key) && !isFilledIn(value))
    .map(([key]) =>
      complaint(
        `${printable(JSON.stringify(key))} is no key of ${name}`,
        at(key),
      ),
    );
}

/** Mappings and lists that a workflow leaves out are read as empty ones. */
function isFilledIn(value: unknown): boolean {
  return value === undefined || /^(?:\{\}|\[\])$/.test(JSON.stringify(value));
}

function complaint(reason: string, place: Place): LintFinding {
  return lintFinding('lint/forgejo-schema', place, { reason });
}
