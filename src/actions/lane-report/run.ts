import { closeHosts } from '../../adapters/transport/open-host.ts';
import type { VerdictLogEntry } from '../../adapters/verdict-log.ts';
import { renderVerdictTable } from '../../report/render-verdict-table.ts';
import { summariseLane } from '../../report/summarise-lane.ts';
import type { Step } from '../step.ts';

const NAME = 'lane-report';

/** The last step of a lane: what was decided, and what waits for whom. */
export const laneReportStep: Step = {
  name: NAME,
  inputs: { 'working-directory': '.', policy: '.platform/gates.yaml' },
  outputs: ['waiting'],
  run: async (_inputs, ports) => {
    const entries = ports.verdicts.read();
    const spoken = entries.flatMap((entry) =>
      entry.kind === 'verdict' ? [entry.verdict] : [],
    );
    const summary = summariseLane(NAME, spoken, findBegun(entries));
    for (const line of renderVerdictTable(summary.verdicts, 'text').split(
      '\n',
    )) {
      ports.print(line);
    }
    await closeHosts(ports.context.folder(), ports.exec);
    const waiting = summary.waiting.map((held) => held.module);
    return {
      verdict: summary.verdict,
      outputs: { waiting: JSON.stringify(waiting) },
      summary: summary.verdicts,
    };
  },
};

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
