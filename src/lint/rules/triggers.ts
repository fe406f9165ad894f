import { outsideEvents, runsForeignCode } from '../foreign-code.ts';
import { type LintFinding, lintFinding } from '../lint-finding.ts';
import { appliesAnything, isApplying } from '../own-action.ts';
import { secretsOf } from '../secret-references.ts';
import type { Job, Workflow } from '../workflow.ts';

/** What a lane accepts; every other event is refused by its first gate. */
const LANE_EVENTS = new Set(['push', 'workflow_dispatch', 'schedule']);

/** Who can start a run, and what it then has in its hands. */
export function checkTriggers(workflow: Workflow): LintFinding[] {
  const outside = outsideEvents(workflow);
  const wrong = appliesAnything(workflow)
    ? [...workflow.events.keys()].filter((name) => !LANE_EVENTS.has(name))
    : [];
  const secrets = secretsOf(workflow.document);
  const dangerous = [
    ...new Set([...wrong, ...(secrets.length > 0 ? outside : [])]),
  ];
  return [
    ...dangerous.map((name) =>
      lintFinding('lint/dangerous-trigger', workflow.at('on', name), {
        reason: `${name} starts a workflow that ${wrong.includes(name) ? 'applies' : `has ${tell(secrets)}`}`,
      }),
    ),
    ...outside
      .filter((name) => !dangerous.includes(name))
      .map((name) =>
        lintFinding('lint/outside-trigger', workflow.at('on', name), {
          reason: `${name} starts the workflow`,
        }),
      ),
    ...workflow.jobs.flatMap((job) => checkForeignCode(workflow, job)),
  ];
}

/**
 * On the events that outsiders bring about even a job without secrets has a
 * token that may write; on pull_request a fork gets none, a branch does.
 */
function checkForeignCode(workflow: Workflow, job: Job): LintFinding[] {
  if (!runsForeignCode(workflow, job)) return [];
  const secrets = secretsOf([workflow.env, job.raw]);
  const held = [
    ...(secrets.length > 0 ? [tell(secrets)] : []),
    ...(isApplying(job) ? ['the way to a host'] : []),
    ...(outsideEvents(workflow).length > 0
      ? ['the token of the repository']
      : []),
  ];
  if (held.length === 0) return [];
  return [
    lintFinding('lint/secrets-with-foreign-code', job.at(), {
      reason: `The job ${job.id} runs code of a pull request and has ${held.join(' and ')}`,
    }),
  ];
}

function tell(secrets: readonly string[]): string {
  const names = secrets.slice(0, 5).map((name) => `secrets.${name}`);
  return secrets.length > 5 ? `${names.join(', ')}, ...` : names.join(', ');
}
