import type { LintFinding } from '../lint/lint-finding.ts';
import type { Finding, Verdict } from '../model/verdict.ts';
import { escapeMarkdown } from './escape-markdown.ts';

/** GitHub takes 65,536 characters; what escaping makes of hostile text counts. */
const MAX_CHARACTERS = 60_000;
const MAX_LISTED = 25;
const MAX_TEXT = 400;

export interface PullRequestReport {
  readonly verdict: Verdict;
  readonly applied: readonly {
    readonly module: string;
    readonly host: string;
    readonly mode: 'observe' | 'apply';
  }[];
  readonly waiting: readonly Finding[];
  readonly reported: readonly LintFinding[];
  readonly warnings: readonly string[];
  /** Commit of the policy that judged. */
  readonly trusted: string;
  readonly run: { readonly number: string; readonly url: string };
}

/**
 * What a pull request is told: what would happen after the merge, what waits
 * for a person, what has to be repaired first. Bounded, and inert whatever the
 * names in it are.
 */
export function renderPullRequest(report: PullRequestReport): string {
  const { verdict, trusted, run } = report;
  const refused = verdict.decision === 'refuse' ? verdict.findings : [];
  const link = /^https?:\/\/[\w.:/-]+$/.test(run.url)
    ? `[run ${escapeMarkdown(run.number)}](${run.url})`
    : `run ${escapeMarkdown(run.number)}`;
  const lines = [
    `### apply-gates: ${verdict.decision === 'pass' ? 'ready to merge' : 'to be repaired'}`,
    '',
    show(verdict.reason),
    ...list('To be repaired', refused.map(renderRefusal)),
    ...table(
      ['applied after the merge', 'host', 'mode'],
      report.applied.map(({ module, host, mode }) => [
        module,
        host,
        mode === 'observe' ? 'observe: planned, not changed' : mode,
      ]),
    ),
    ...table(
      ['waits for a person', 'code', 'why'],
      report.waiting.map((each) => [
        each.module ?? 'the whole push',
        each.code,
        // After the merge it is another commit that has to be typed.
        each.module === undefined
          ? `${each.reason} Next: ${each.remedy}`
          : each.reason,
      ]),
    ),
    ...(report.waiting.length === 0
      ? []
      : ['', 'After the merge the report of the lane shows what to dispatch.']),
    ...list('Worth a look', [
      ...report.warnings.map(show),
      ...report.reported.map(renderReported),
    ]),
    '',
    `Looked at ${short(verdict.sha)} by the policy of ${short(trusted)}, ${link}.`,
  ];
  return bound(lines);
}

function show(text: string): string {
  const shown =
    text.length > MAX_TEXT
      ? `${text.slice(0, MAX_TEXT)}... (${text.length - MAX_TEXT} more)`
      : text;
  return escapeMarkdown(shown);
}

function short(sha: string): string {
  return escapeMarkdown(sha.slice(0, 12));
}

function renderRefusal({ code, module, reason, remedy }: Finding): string {
  const name = module === undefined ? '' : ` ${show(module)}`;
  return `**${show(code)}**${name}: ${show(reason)} Next: ${show(remedy)}`;
}

function renderReported(each: LintFinding): string {
  return `${show(each.code)}: ${show(`${each.file}:${each.line}`)}: ${show(each.reason)} Next: ${show(each.remedy)}`;
}

function list(title: string, items: readonly string[]): string[] {
  if (items.length === 0) return [];
  const rest = items.length - MAX_LISTED;
  return [
    '',
    `**${title}**`,
    '',
    ...items.slice(0, MAX_LISTED).map((item) => `- ${item}`),
    ...(rest > 0 ? [`- ${rest} more; the log has them`] : []),
  ];
}

function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
): string[] {
  if (rows.length === 0) return [];
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const rest = rows.length - MAX_LISTED;
  return [
    '',
    line(head),
    line(head.map(() => '---')),
    ...rows.slice(0, MAX_LISTED).map((row) => line(row.map(show))),
    ...(rest > 0
      ? [
          line([
            `${rest} more; the log has them`,
            ...head.slice(1).map(() => ''),
          ]),
        ]
      : []),
  ];
}

/** Whole lines only, so that no markup is cut open. */
function bound(lines: readonly string[]): string {
  let left = MAX_CHARACTERS;
  const kept = lines.filter((line) => {
    left -= line.length + 1;
    return left >= 0;
  });
  if (kept.length === lines.length) return `${lines.join('\n')}\n`;
  return `${[...kept, '', 'Cut here; the log has all of it.'].join('\n')}\n`;
}
