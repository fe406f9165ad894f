import { oneLine } from '../report/one-line.ts';
import { renderColumns } from '../report/render-columns.ts';
import type { DoctorFinding } from './finding.ts';

const HEADER = ['IT IS', 'ON', 'CHECK', 'FOUND'];

/** One table, with what mends it under each row. */
export function renderFindings(findings: readonly DoctorFinding[]): string[] {
  const [header = '', ...rows] = renderColumns([
    HEADER,
    ...findings.map(({ severity, subject, code, reason }) => [
      severity,
      subject,
      code.endsWith('/fine') ? code.slice(0, -'/fine'.length) : code,
      reason,
    ]),
  ]);
  return [
    header,
    ...rows.flatMap((row, index) => {
      const remedy = findings[index]?.remedy ?? '';
      return remedy === '' ? [row] : [row, `  > ${oneLine(remedy)}`];
    }),
  ];
}
