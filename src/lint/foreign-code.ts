import type { Job, Step, Workflow } from './workflow.ts';

/** Events that run the default branch's workflow for what outsiders did. */
const OUTSIDE_EVENTS: ReadonlySet<string> = new Set([
  'discussion',
  'discussion_comment',
  'fork',
  'issue_comment',
  'issues',
  'pull_request_comment',
  'pull_request_review',
  'pull_request_review_comment',
  'pull_request_target',
  'watch',
  'workflow_run',
]);

/** Events of the workflow that people from outside can bring about. */
export function outsideEvents({ events }: Workflow): string[] {
  return [...events.keys()].filter((name) => OUTSIDE_EVENTS.has(name));
}

/**
 * True where a job fetches what a pull request holds and then runs some of it.
 * On pull_request a plain checkout is the pull request's; on the events that
 * outsiders bring about it takes a ref that names one.
 */
export function runsForeignCode(workflow: Workflow, job: Job): boolean {
  const outside = outsideEvents(workflow).length > 0;
  const onPullRequest =
    workflow.events.has('pull_request') && !excludesPullRequests(job.raw.if);
  const fetching = job.steps.findIndex(
    (step) =>
      (onPullRequest && isCheckout(step)) ||
      (outside && fetchesPullRequest(step)),
  );
  if (fetching < 0) return false;
  return job.steps
    .slice(fetching)
    .some(
      ({ raw }) =>
        (raw.run !== undefined || raw.uses?.startsWith('./') === true) &&
        !(onPullRequest && !outside && excludesPullRequests(raw.if)),
    );
}

/** As people write it; whoever writes it otherwise is told, and can look. */
function excludesPullRequests(condition: string | undefined): boolean {
  return /event_name\s*(?:==\s*'(?!pull_request)|!=\s*'pull_request')|\bref\s*==\s*'refs\/heads\//.test(
    condition ?? '',
  );
}

export function isCheckout({ raw }: Step): boolean {
  return /(?:^|\/)(?:checkout|actions\/prepare)@/.test(raw.uses ?? '');
}

function fetchesPullRequest(step: Step): boolean {
  const { raw } = step;
  const refs = `${raw.with['ref'] ?? ''} ${raw.with['repository'] ?? ''}`;
  return (
    (isCheckout(step) && /head|pull|merge|workflow_run/.test(refs)) ||
    /\bpr\s+checkout\b|refs\/pull\/|\bpull\/\S+\/(?:head|merge)|\bhead[._](?:ref|sha)\b/i.test(
      raw.run ?? '',
    )
  );
}
