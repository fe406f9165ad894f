import { checkWorkflows } from '../adapters/workflow-checkers/check-workflows.ts';
import { findingsOfComplaints } from '../lint/complaint.ts';
import type { LintFinding } from '../lint/lint-finding.ts';
import {
  lintWorkflows,
  sortFindings,
  type WorkflowSource,
} from '../lint/lint-workflows.ts';

/** Everything that our rules and the other checkers say, the worst first. */
export async function lintSources(
  sources: readonly WorkflowSource[],
): Promise<LintFinding[]> {
  const { findings, readable } = lintWorkflows(sources);
  const complaints = await checkWorkflows([...readable]);
  return sortFindings([...findings, ...findingsOfComplaints(complaints)]);
}
