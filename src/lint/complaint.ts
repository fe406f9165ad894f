import { printable } from '../model/printable.ts';
import { type LintFinding, lintFinding } from './lint-finding.ts';
import { forgesOf } from './workflow-files.ts';

/** What a checker of somebody else said about a file. */
export interface Complaint {
  readonly checker: 'actionlint' | 'github-schema';
  readonly file: string;
  readonly line: number;
  readonly kind: string;
  readonly message: string;
}

/**
 * What actionlint cannot know: the labels of other people's runners, what has
 * come since it was built, and the code of actions. GitHub's own parser is
 * asked for the form, our rules for values in scripts.
 */
const IGNORED_KINDS = new Set([
  'action',
  'events',
  'permissions',
  'runner-label',
  'syntax-check',
]);
const IGNORED_MESSAGES =
  /potentially untrusted|undefined variable "(?:forge|forgejo|gitea)"/;

/** Complaints as findings: they are reported, and refuse nothing. */
export function findingsOfComplaints(
  complaints: readonly Complaint[],
): LintFinding[] {
  return complaints.filter(isHeard).map(({ checker, file, line, message }) =>
    lintFinding(
      `lint/${checker}`,
      { file, line },
      {
        reason: printable(message.slice(0, 500)),
      },
    ),
  );
}

function isHeard({ checker, file, kind, message }: Complaint): boolean {
  if (checker === 'github-schema') return forgesOf(file).github;
  return !IGNORED_KINDS.has(kind) && !IGNORED_MESSAGES.test(message);
}
