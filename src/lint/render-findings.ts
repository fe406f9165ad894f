import { oneLine } from '../report/one-line.ts';
import type { LintFinding } from './lint-finding.ts';

/** Findings as lines for a person: what and where, then what to write. */
export function renderFindings(findings: readonly LintFinding[]): string[] {
  const places = findings.map(({ file, line }) => oneLine(`${file}:${line}`));
  const width = Math.max(0, ...places.map(({ length }) => length));
  return findings.flatMap(({ severity, code, reason, remedy }, index) => [
    `${severity.padEnd(6)}  ${(places[index] ?? '').padEnd(width)}  ${code}: ${oneLine(reason)}`,
    `        ${oneLine(remedy)}`,
  ]);
}
