import { formatProblem } from '../model/document-problem.ts';
import {
  type LintFinding,
  lintFinding,
  type Severity,
} from './lint-finding.ts';
import { checkApplyJobs } from './rules/apply-job.ts';
import { checkForgejo } from './rules/forgejo.ts';
import { checkGates } from './rules/gates.ts';
import { checkKeys } from './rules/keys.ts';
import { checkLimits } from './rules/limits.ts';
import { checkPins } from './rules/pins.ts';
import { checkScripts } from './rules/scripts.ts';
import { checkTriggers } from './rules/triggers.ts';
import { parseWorkflow, type Workflow } from './workflow.ts';
import { forgesOf } from './workflow-files.ts';

/** A workflow file, as text from anybody. */
export interface WorkflowSource {
  /** Path as it is told. */
  readonly file: string;
  readonly content: string;
}

const RULES: readonly ((workflow: Workflow) => LintFinding[])[] = [
  checkTriggers,
  checkGates,
  checkPins,
  checkScripts,
  checkApplyJobs,
  checkKeys,
  checkLimits,
];

const ORDER: readonly Severity[] = ['high', 'medium', 'low'];

/** What our own rules say, and the files that other checkers may be shown. */
export function lintWorkflows(sources: readonly WorkflowSource[]): {
  readonly findings: readonly LintFinding[];
  readonly readable: readonly WorkflowSource[];
} {
  const findings: LintFinding[] = [];
  const readable: WorkflowSource[] = [];
  for (const source of sources) {
    const parsed = parseWorkflow(source.file, source.content);
    if (parsed.ok) {
      readable.push(source);
      findings.push(...RULES.flatMap((rule) => rule(parsed.value)));
      if (forgesOf(source.file).forgejo) {
        findings.push(...checkForgejo(parsed.value));
      }
    } else {
      const [first] = parsed.problems;
      const place = { file: source.file, line: first?.line ?? 1 };
      const reason = parsed.problems.slice(0, 5).map(formatProblem).join('; ');
      findings.push(lintFinding('lint/unreadable', place, { reason }));
    }
  }
  return { findings, readable };
}

/** The worst first, then by place. */
export function sortFindings(findings: readonly LintFinding[]): LintFinding[] {
  return [...findings].sort(
    (left, right) =>
      ORDER.indexOf(left.severity) - ORDER.indexOf(right.severity) ||
      (left.file < right.file ? -1 : left.file > right.file ? 1 : 0) ||
      left.line - right.line,
  );
}
