import { printable } from '../../model/printable.ts';
import { type LintFinding, lintFinding, type Place } from '../lint-finding.ts';
import { expressionsOf } from '../secret-references.ts';
import type { Step, Workflow } from '../workflow.ts';

/** What nobody from outside chooses: ids, commits, and what the file says. */
const FIXED =
  /^(?:(?:github|forgejo|forge|gitea)\.(?:sha|run_id|run_number|run_attempt|repository|repository_owner|server_url|api_url|workspace|job|event_name|event\.number|event\.pull_request\.number)|runner\.\w+|(?:matrix|strategy)\.[\w.-]+|job\.status|needs\.[\w-]+\.result|steps\.[\w-]+\.(?:outcome|conclusion)|env\.HOME)$/;

/** A script never holds `${{ }}`: its value becomes part of the commands. */
export function checkScripts({ jobs }: Workflow): LintFinding[] {
  return jobs.flatMap(({ steps }) => steps.flatMap(checkStep));
}

function checkStep(step: Step): LintFinding[] {
  const { run } = step.raw;
  if (run !== undefined) return checkScript(run, step.at('run'));
  const { script } = step.raw.with;
  return script !== undefined && /\/github-script@/.test(step.raw.uses ?? '')
    ? checkScript(script, step.at('with', 'script'))
    : [];
}

function checkScript(script: string, place: Place): LintFinding[] {
  return [...new Set(expressionsOf(script))].map((expression) => {
    const told = printable(JSON.stringify(expression));
    if (FIXED.test(expression)) {
      return lintFinding('lint/fixed-expression-in-script', place, {
        reason: `The script holds the expression ${told}`,
      });
    }
    return lintFinding('lint/expression-in-script', place, {
      reason: `The script is put together from the expression ${told}`,
      ...remedyFor(expression),
    });
  });
}

function remedyFor(expression: string): { remedy?: string } {
  const last = /^[\w.-]*?([A-Za-z_]\w*)$/.exec(expression)?.[1];
  if (last === undefined) return {};
  const name = last.toUpperCase();
  return {
    remedy: `Add to the step: env: {${name}: "\${{ ${expression} }}"}, and write "$${name}" in the script.`,
  };
}
