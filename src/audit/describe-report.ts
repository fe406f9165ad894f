import { type LogReport, unattestedTail } from './log-report.ts';

/** What a verification found, as one sentence. */
export function describeReport(report: LogReport): string {
  switch (report.verdict) {
    case 'consistent':
      return `${count(report)} fit together; ${describeTail(report)}`;
    case 'no-checkpoints':
      return report.size === 0
        ? 'There is no entry, and no checkpoint that says whether there should be'
        : `${count(report)} fit together; no checkpoint vouches for them`;
    case 'bad-signature':
      return report.detail ?? 'A checkpoint cannot be trusted';
    default:
      return [describePlace(report), describeProblem(report)]
        .filter((part) => part !== '')
        .join(': ');
  }
}

function count({ size, log }: LogReport): string {
  return `${entries(size)} of the log ${log?.slice(0, 12)}`;
}

function describeTail(report: LogReport): string {
  const tail = unattestedTail(report);
  return tail === 0
    ? 'a checkpoint vouches for all of them'
    : `a checkpoint vouches for the first ${report.attested}, nothing yet for the last ${tail}`;
}

function describePlace({ place }: LogReport): string {
  return place === undefined ? '' : `${place.file}, line ${place.line}`;
}

function describeProblem({ problem, detail = '' }: LogReport): string {
  if (problem === undefined) return detail;
  return detail === '' ? problem : `${problem}, ${detail}`;
}

function entries(number: number): string {
  return number === 1 ? '1 entry' : `${number} entries`;
}
