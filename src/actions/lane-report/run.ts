import { closeHosts } from '../../adapters/transport/open-host.ts';
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
    const spoken = ports.verdicts
      .read()
      .flatMap((entry) => (entry.kind === 'verdict' ? [entry.verdict] : []));
    const summary = summariseLane(NAME, spoken);
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
