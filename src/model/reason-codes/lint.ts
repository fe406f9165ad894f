import type { ReasonTable } from './reason.ts';

/**
 * Codes of the workflow lint. A finding of high severity refuses with exit 2;
 * codes that are never more than reported have exit 0.
 */
export const LINT_REASONS = {
  'lint/clean': {
    exit: 0,
    cause: 'No rule has anything to say about the workflows.',
    remedy: '',
  },
  'lint/reported': {
    exit: 0,
    cause: 'The workflows have findings, none of them of high severity.',
    remedy: 'Look at the findings; each says what to write instead.',
  },
  'lint/could-not-check': {
    exit: 3,
    cause: 'A checker of workflows failed or did not end in time.',
    remedy: 'Run it again; a workflow that stops a checker is too large.',
  },
  'lint/unreadable': {
    exit: 2,
    cause:
      'A workflow is not plain YAML of the form that a runner reads, so nothing in it could be checked.',
    remedy:
      'Repair the place that the reason names: one document, plain keys, no tags, no merge keys (write out what `<<:` stands for), at most 256 KiB.',
  },
  'lint/unpinned-action': {
    exit: 2,
    cause:
      'Code of somebody else is named by a tag or branch, which can be moved to other code.',
    remedy:
      'Name the full commit: `git ls-remote https://<forge>/<owner>/<repository> <tag>`, then `uses: <owner>/<repository>@<40 hex digits> # <tag>`.',
  },
  'lint/expression-in-script': {
    exit: 2,
    cause:
      'A script is put together from a value that others choose; the value can hold commands.',
    remedy:
      'Hand it over as a variable: env: {VALUE: "${{ ... }}"} on the step, and "$VALUE" in the script.',
  },
  'lint/fixed-expression-in-script': {
    exit: 0,
    cause:
      'A script holds an expression whose value nobody from outside chooses.',
    remedy:
      'Hand it over as a variable all the same, so that the script reads the same for everybody.',
  },
  'lint/dangerous-trigger': {
    exit: 2,
    cause:
      'People from outside can start a run that has secrets or changes a host.',
    remedy:
      'Apply on push, workflow_dispatch or schedule only: on: {push: {branches: [main]}, workflow_dispatch: {}}; checks run on pull_request, without secrets.',
  },
  'lint/outside-trigger': {
    exit: 0,
    cause:
      'People from outside can start the workflow, in the name of the repository.',
    remedy: 'Use on: pull_request where that is enough.',
  },
  'lint/secrets-with-foreign-code': {
    exit: 2,
    cause: 'A job runs code of a pull request and has secrets.',
    remedy:
      'Put what needs the secrets into a workflow of its own, with on: {push: {branches: [main]}}.',
  },
  'lint/persisted-credentials': {
    exit: 2,
    cause:
      'The checkout leaves the token of the job on disk, where every later step can read it.',
    remedy: 'Set persist-credentials to "false" in with: of the checkout.',
  },
  'lint/cache-in-apply': {
    exit: 2,
    cause:
      'A job that applies restores a cache, which another job could have filled.',
    remedy: 'Take the cache out of the job.',
  },
  'lint/trace-in-apply': {
    exit: 2,
    cause: 'A job that applies prints its commands or debugging output.',
    remedy:
      'Take out set -x, bash -x, ACTIONS_STEP_DEBUG and the like from the job.',
  },
  'lint/missing-gate': {
    exit: 2,
    cause:
      'module-apply is used without every gate of a lane in front of it, and will refuse.',
    remedy: 'Copy the steps of workflows/auto-apply.yml as they are.',
  },
  'lint/gate-in-other-job': {
    exit: 2,
    cause:
      'A gate runs in another job than module-apply; verdicts do not travel between jobs.',
    remedy: 'Move the step into the job of module-apply, in front of it.',
  },
  'lint/ignored-gate': {
    exit: 2,
    cause: 'The job goes on after a gate refused.',
    remedy:
      'Take out continue-on-error, the status function in if: of module-apply, and || true.',
  },
  'lint/unknown-input': {
    exit: 2,
    cause:
      'An action of apply-gates is given an input that it does not have; runners ignore it.',
    remedy: 'Write the name as the README of the action has it.',
  },
  'lint/unread-variable': {
    exit: 0,
    cause: 'A variable is set where only actions of apply-gates could read it.',
    remedy: 'Take it out, or give the value as an input (with:).',
  },
  'lint/wide-permissions': {
    exit: 2,
    cause: 'The token of a job may do more than the job needs.',
    remedy:
      'Grant each scope by itself: permissions: {contents: read}; a job that applies needs contents: write for the state branch.',
  },
  'lint/unneeded-permission': {
    exit: 0,
    cause: 'A job that applies may write what no lane writes.',
    remedy: 'Take the scope out of permissions:.',
  },
  'lint/missing-permissions': {
    exit: 0,
    cause:
      'The workflow does not say what its token may do; the default may be everything.',
    remedy:
      'Write permissions: {} at the top, and what a job needs at the job, such as permissions: {contents: read}.',
  },
  'lint/missing-timeout': {
    exit: 0,
    cause: 'A job may hang for hours.',
    remedy: 'Add to the job: timeout-minutes: 30',
  },
  'lint/cancelled-apply': {
    exit: 0,
    cause: 'A newer run cancels one that is applying.',
    remedy:
      'Write concurrency: {group: apply-gates, cancel-in-progress: false}',
  },
  'lint/boolean-input': {
    exit: 0,
    cause:
      'A dispatch form asks for a boolean, which Forgejo before v14 garbles when it comes through its API.',
    remedy:
      'Write type: choice, options: ["false", "true"] and default: "false".',
  },
  'lint/forgejo-schema': {
    exit: 0,
    cause: "Forgejo's runner refuses the workflow.",
    remedy: 'Repair the place that the reason names.',
  },
  'lint/github-schema': {
    exit: 0,
    cause: 'GitHub refuses the workflow.',
    remedy: 'Repair the place that the reason names.',
  },
  'lint/actionlint': {
    exit: 0,
    cause: 'actionlint has something to say.',
    remedy: 'Repair the place that the reason names.',
  },
} as const satisfies ReasonTable<'lint'>;
