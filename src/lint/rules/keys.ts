import { printable } from '../../model/printable.ts';
import { ACTION_INPUTS } from '../action-inputs.ts';
import { type LintFinding, lintFinding, type Place } from '../lint-finding.ts';
import { ownActionOf } from '../own-action.ts';
import type { Job, Step, Workflow } from '../workflow.ts';

/** What Node, its HTTP client and git's read for themselves. */
const READ_BY_PROGRAMS =
  /^(?:PATH|HOME|TZ|LANG|LC_\w+|NO_COLOR|FORCE_COLOR|NODE_\w+|SSL_CERT_\w+|RUNNER_\w+|\w+_proxy|TMPDIR)$/i;

/** Inputs and variables that nothing reads: a mistyped wish is no wish. */
export function checkKeys(workflow: Workflow): LintFinding[] {
  return workflow.jobs.flatMap((job) => [
    ...job.steps.flatMap(checkInputs),
    ...job.steps.flatMap((step) =>
      ownActionOf(step) === undefined
        ? []
        : unread(step.raw.env, '', (name) => step.at('env', name)),
    ),
    ...checkJobVariables(workflow, job),
  ]);
}

function checkInputs(step: Step): LintFinding[] {
  const action = ownActionOf(step);
  if (action === undefined) return [];
  const known = ACTION_INPUTS[action] ?? [];
  // Runners compare names of inputs without regard to case.
  return Object.keys(step.raw.with)
    .filter((name) => !known.includes(name.toLowerCase()))
    .map((name) =>
      lintFinding('lint/unknown-input', step.at('with', name), {
        reason: `${action} has no input ${printable(JSON.stringify(name))}`,
        remedy: remedyFor(action, name, known),
      }),
    );
}

function remedyFor(
  action: string,
  name: string,
  known: readonly string[],
): string {
  const plain = (text: string) => text.toLowerCase().replace(/[^a-z]/g, '');
  const wanted = plain(name);
  const meant = known.find(
    (each) =>
      plain(each) === wanted ||
      (wanted.length > 3 &&
        (plain(each).startsWith(wanted) || wanted.startsWith(plain(each)))),
  );
  return meant === undefined
    ? `Take it out; ${action} has ${known.join(', ')}.`
    : `Write ${meant}: instead.`;
}

/**
 * A program may read any variable, so only jobs of nothing but our actions are
 * looked at; expressions in them may read one as well.
 */
function checkJobVariables(workflow: Workflow, job: Job): LintFinding[] {
  const onlyOurs =
    job.steps.length > 0 &&
    job.steps.every((step) => ownActionOf(step) !== undefined);
  if (!onlyOurs) return [];
  const expressions = JSON.stringify(job.raw);
  return [
    ...unread(job.raw.env, expressions, (name) => job.at('env', name)),
    ...(workflow.jobs.length > 1
      ? []
      : unread(workflow.env, expressions, (name) => workflow.at('env', name))),
  ];
}

function unread(
  env: Readonly<Record<string, string>>,
  expressions: string,
  at: (name: string) => Place,
): LintFinding[] {
  return Object.keys(env)
    .filter(
      (name) =>
        !READ_BY_PROGRAMS.test(name) && !expressions.includes(`env.${name}`),
    )
    .map((name) =>
      lintFinding('lint/unread-variable', at(name), {
        reason: `Nothing reads the variable ${printable(JSON.stringify(name))}`,
      }),
    );
}
