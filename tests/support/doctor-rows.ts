import type { DoctorFinding } from '../../src/doctor/finding.ts';
import type { CommandRun } from './command-line.ts';

export interface Examined {
  readonly code: string;
  readonly exitCode: number | null;
  readonly findings: readonly DoctorFinding[];
  /** Codes of one subject, such as a host, without those that are fine. */
  faults(subject: string): string[];
  /** Codes of everything that is fine about it. */
  fine(subject: string): string[];
}

/** What a run of `apply-gates doctor --json` found. */
export function readDoctor(run: CommandRun): Examined {
  const { verdict, findings } = run.json() as {
    verdict: { code: string };
    findings: DoctorFinding[];
  };
  return {
    ...{ code: verdict.code, exitCode: run.exitCode },
    ...examineFindings(findings),
  };
}

export function examineFindings(findings: readonly DoctorFinding[]) {
  const codes = (subject: string, isFine: boolean) =>
    findings
      .filter(
        (each) =>
          each.subject === subject && (each.severity === 'fine') === isFine,
      )
      .map(({ code }) => code);
  return {
    findings,
    faults: (subject: string) => codes(subject, false),
    fine: (subject: string) => codes(subject, true),
  };
}
