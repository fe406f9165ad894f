import type { Ports, RawInputs } from '../actions/step.ts';
import { closeHosts } from '../adapters/transport/open-host.ts';
import type { LaneDefinition } from '../lanes/lanes.ts';
import { type LaneResult, runLane } from '../lanes/run-lane.ts';
import { STEPS } from '../lanes/steps.ts';
import { outcomeDocument, type Terminal } from './terminal.ts';

export interface LaneHere {
  readonly lane: LaneDefinition;
  readonly inputs: Readonly<Record<string, string>>;
  readonly common: RawInputs;
  readonly stopBefore?: string;
  readonly ports: Ports;
}

/** Runs a lane at the terminal, step by step, and shows what each one says. */
export async function runLaneHere(
  request: LaneHere,
  terminal: Terminal,
): Promise<number> {
  const total = request.lane.steps.length;
  let position = 0;
  try {
    const result = await runLane(
      {
        ...request,
        common: commonOf(request),
        steps: STEPS,
        secrets: {},
        onStep: ({ id, outcome }) => {
          position += 1;
          terminal.line(`[${position}/${total}] ${id}`);
          if (outcome) terminal.verdict(outcome.verdict);
          else terminal.line('not run');
        },
      },
      request.ports,
    );
    terminal.document(laneDocument(result));
    return result.exitStatus;
  } finally {
    await closeHosts(request.ports.context.folder(), request.ports.exec);
  }
}

/** What only looks, leaves no trace on the remote. */
function commonOf({ common, stopBefore }: LaneHere): RawInputs {
  return stopBefore === undefined ? common : { ...common, record: 'false' };
}

function laneDocument(result: LaneResult) {
  return {
    exit: result.exitStatus,
    steps: result.steps.map(({ id, action, outcome }) => ({
      id,
      action,
      ran: outcome !== undefined,
      ...(outcome ? outcomeDocument(outcome) : {}),
    })),
  };
}
