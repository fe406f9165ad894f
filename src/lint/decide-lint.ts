import {
  type Finding,
  finding,
  passVerdict,
  refuseVerdict,
  type Verdict,
} from '../model/verdict.ts';
import type { LintFinding, Severity } from './lint-finding.ts';

export const LINT_GATE = 'workflow-lint';

/** What of findings is high refuses; the rest is reported with a pass. */
export function decideLint(
  findings: readonly LintFinding[],
  { files, sha }: { readonly files: number; readonly sha: string },
): Verdict {
  const subject = { gate: LINT_GATE, sha };
  const count = (severity: Severity) =>
    findings.filter((each) => each.severity === severity).length;
  const evidence = {
    files,
    high: count('high'),
    medium: count('medium'),
    low: count('low'),
  };
  const [first, ...others] = findings
    .filter((each) => each.severity === 'high')
    .map(asFinding);
  if (first) return refuseVerdict(subject, [first, ...others], evidence);
  const looked = `Looked at ${files} ${files === 1 ? 'workflow' : 'workflows'}`;
  return findings.length === 0
    ? passVerdict(subject, 'lint/clean', `${looked}: nothing to say`, {
        evidence,
      })
    : passVerdict(
        subject,
        'lint/reported',
        `${looked}: ${evidence.medium} medium and ${evidence.low} low findings`,
        { findings: findings.map(asFinding), evidence },
      );
}

function asFinding(each: LintFinding): Finding {
  const { code, file, line, reason, remedy } = each;
  return finding(code, `${file}:${line}: ${reason}`, { remedy });
}
