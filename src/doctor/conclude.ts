import type { ReasonCode } from '../model/reason-codes.ts';
import {
  finding,
  passVerdict,
  refuseVerdict,
  type Verdict,
} from '../model/verdict.ts';
import { SEVERITIES, type Severity } from './checks/check.ts';
import type { DoctorFinding } from './finding.ts';

const CODES: Readonly<Record<Severity, ReasonCode>> = {
  fine: 'doctor/fine',
  advice: 'doctor/advice',
  unknown: 'doctor/unknown',
  missing: 'doctor/missing',
  dangerous: 'doctor/dangerous',
};

/** The worst of what was found decides; nothing looked at is not fine. */
export function conclude(findings: readonly DoctorFinding[]): Verdict {
  const subject = { gate: 'doctor', sha: '' };
  const counts = SEVERITIES.map((severity) => ({
    severity,
    count: findings.filter((each) => each.severity === severity).length,
  })).filter(({ count }) => count > 0);
  const worst = counts.at(-1)?.severity ?? 'unknown';
  const reason =
    counts
      .map(({ severity, count }) => `${count} ${severity}`)
      .reverse()
      .join(', ') || 'nothing was looked at';
  const code = CODES[worst];
  const verdict =
    worst === 'fine' || worst === 'advice'
      ? passVerdict(subject, code, reason)
      : refuseVerdict(subject, [finding(code, reason)]);
  // The table has said what the findings are.
  return { ...verdict, findings: [] };
}
