import { breakGlassOf } from '../model/break-glass.ts';
import { ROLLBACK_GATE, rollbackOf } from '../model/rollback.ts';
import type { Verdict } from '../model/verdict.ts';
import { escapeMarkdown } from './escape-markdown.ts';
import { renderVerdictTable } from './render-verdict-table.ts';

/** How a lane ended, as somebody reads it who sees only this. */
export interface LaneEnd {
  readonly title: string;
  readonly verdicts: readonly Verdict[];
  readonly runUrl: string;
  readonly at: Date;
}

/** The lines that need no click: result, commit, time, plan, audit number. */
export function renderLaneEnd({ title, verdicts, runUrl, at }: LaneEnd) {
  const apply = verdicts.findLast(({ gate }) => gate === 'module-apply');
  const refused = verdicts.find(({ decision }) => decision === 'refuse');
  const results = listResults(apply);
  const changed = apply?.decision === 'pass' && results.length > 0;
  const observed = (apply?.findings ?? []).filter(
    ({ code }) => code === 'apply/observed',
  );
  const checkpoint = Object(
    verdicts.findLast(({ evidence }) => evidence['checkpoint'])?.evidence[
      'checkpoint'
    ],
  );
  const glass = breakGlassOf(
    verdicts.findLast(({ gate }) => gate === 'approved-sha-verify'),
  );
  const back = rollbackOf(
    verdicts.findLast(({ gate }) => gate === ROLLBACK_GATE),
  );
  const facts: readonly (readonly [string, unknown])[] = [
    ['result', (refused ?? apply ?? verdicts.at(-1))?.code ?? 'nothing ran'],
    ['last_apply_sha', changed ? apply.sha : undefined],
    ['last_apply_at', changed ? at.toISOString() : undefined],
    ...observed.map(({ reason }) => ['observed', reason] as const),
    ['break_glass_reason', glass && `${glass.reason} (${glass.actor})`],
    ['rollback_reason', back && `${back.reason} (${back.actor})`],
    ['rolled back from', back?.from],
    ['plan digest', results[0]?.['plan_digest']],
    [
      'audit number',
      typeof checkpoint.size === 'number' ? checkpoint.size - 1 : undefined,
    ],
    ['run', runUrl || undefined],
  ];
  const told = facts.flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)] as const],
  );
  const reason = refused ? [refused.reason, refused.remedy] : [];
  return {
    text: [...told.map(([name, value]) => `${name}: ${value}`), ...reason].join(
      '\n',
    ),
    markdown: [
      `### ${escapeMarkdown(title)}`,
      '',
      ...told.map(([name, value]) => `- ${name}: ${escapeMarkdown(value)}`),
      '',
      renderVerdictTable(verdicts, 'markdown'),
    ].join('\n'),
  };
}

function listResults(
  verdict: Verdict | undefined,
): readonly Record<string, unknown>[] {
  const results = verdict?.evidence['results'];
  return Array.isArray(results) ? results.map((each) => Object(each)) : [];
}
