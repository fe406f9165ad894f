import { closeHosts } from '../../adapters/transport/open-host.ts';
import type { VerdictLogEntry } from '../../adapters/verdict-log.ts';
import type { Verdict } from '../../model/verdict.ts';
import { renderVerdictTable } from '../../report/render-verdict-table.ts';
import { summariseLane } from '../../report/summarise-lane.ts';
import { tellCheckpoint } from '../../report/tell-checkpoint.ts';
import type { Step } from '../step.ts';
import { type RecordedEnd, recordEnd } from './record-end.ts';

const NAME = 'lane-report';

/**
 * The last step of a lane: what was decided, what waits for whom, and a
 * refusal, or what was only observed, put on record.
 */
export const laneReportStep: Step = {
  name: NAME,
  inputs: {
    record: 'true',
    'working-directory': '.',
    policy: '.platform/gates.yaml',
    token: '',
    'api-url': '',
    'state-ssh-key': '',
  },
  outputs: ['waiting'],
  run: async (raw, ports) => {
    const entries = ports.verdicts.read();
    const spoken = entries.flatMap((entry) =>
      entry.kind === 'verdict' ? [entry.verdict] : [],
    );
    const summary = summariseLane(NAME, spoken, findBegun(entries));
    const table = renderVerdictTable(summary.verdicts, 'text');
    for (const line of table.split('\n')) ports.print(line);
    await closeHosts(ports.context.folder(), ports.exec);
    for (const { reason } of summary.observed) ports.print(reason);
    const end = await recordEnd(summary.verdicts, raw, ports);
    for (const line of describeRecorded(end)) ports.print(line);
    const waiting = summary.waiting.map((held) => held.module);
    const verdict = withRecord(summary.verdict, end);
    const checkpoint = tellCheckpoint([...summary.verdicts, verdict]);
    return {
      verdict,
      outputs: { waiting: JSON.stringify(waiting) },
      summary: [...summary.verdicts, ...(checkpoint ? [checkpoint] : [])],
    };
  },
};

function describeRecorded(end: RecordedEnd | undefined): string[] {
  if (end === undefined) return [];
  if (!end.recorded) return [`not recorded: ${end.why}`];
  return end.entries.map(({ seq, isRefusal }) => {
    const what = isRefusal ? 'The refusal' : 'What was observed';
    return `${what} is entry ${seq} of the audit log`;
  });
}

function withRecord(verdict: Verdict, end: RecordedEnd | undefined): Verdict {
  if (end === undefined) return verdict;
  if (!end.recorded) {
    const evidence = { ...verdict.evidence, not_recorded: end.why };
    return { ...verdict, evidence };
  }
  const last = end.entries.at(-1);
  if (last === undefined) return verdict;
  const { log, seq, hash } = last;
  const checkpoint = { log, size: seq + 1, head: hash };
  return { ...verdict, evidence: { ...verdict.evidence, checkpoint } };
}

/** Modules with an intent on record and no result. */
function findBegun(entries: readonly VerdictLogEntry[]): string[] {
  const modulesOf = (kind: 'intent' | 'result') =>
    entries.flatMap((entry) =>
      entry.kind === kind && typeof entry.body['module'] === 'string'
        ? [entry.body['module']]
        : [],
    );
  const ended = new Set(modulesOf('result'));
  return modulesOf('intent').filter((module) => !ended.has(module));
}
