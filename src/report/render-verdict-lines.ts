import type { Finding, Verdict } from '../model/verdict.ts';
import { oneLine } from './one-line.ts';

const COLOURS = { pass: '\u001b[32m', refuse: '\u001b[31m' } as const;
const BOLD = '\u001b[1m';
const PLAIN = '\u001b[0m';

/**
 * A verdict for a person: one line with decision, gate, code, reason and what
 * to do next, then one line per finding that says something more. Colours are
 * for terminals only; the caller knows whether there is one.
 */
export function renderVerdictLines(
  verdict: Verdict,
  options: { readonly colour: boolean },
): string[] {
  const paint = (text: string, colour: string) =>
    options.colour ? `${colour}${text}${PLAIN}` : text;
  const head = [
    paint(verdict.decision, COLOURS[verdict.decision]),
    paint(oneLine(verdict.gate), BOLD),
    verdict.code,
  ].join(' ');
  return [
    `${head}: ${withRemedy(verdict)}`,
    ...verdict.findings
      .filter((finding) => !repeatsVerdict(finding, verdict))
      .map((finding) => `  - ${renderFinding(finding)}`),
  ];
}

/** One finding as one line, without indentation. */
export function renderFinding(finding: Finding): string {
  const subject =
    finding.module === undefined ? '' : ` ${oneLine(finding.module)}`;
  return `${finding.code}${subject}: ${withRemedy(finding)}`;
}

function withRemedy(said: {
  readonly reason: string;
  readonly remedy: string;
}): string {
  const remedy = oneLine(said.remedy);
  return remedy === ''
    ? oneLine(said.reason)
    : `${oneLine(said.reason)} Next: ${remedy}`;
}

function repeatsVerdict(finding: Finding, verdict: Verdict): boolean {
  return finding.code === verdict.code && finding.reason === verdict.reason;
}
