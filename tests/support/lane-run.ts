import type { Ports } from '../../src/actions/step.ts';
import { AUTO_APPLY, type LaneDefinition } from '../../src/lanes/lanes.ts';
import {
  type LaneResult,
  type LaneStepResult,
  runLane,
} from '../../src/lanes/run-lane.ts';
import { STEPS } from '../../src/lanes/steps.ts';
import type { LaneEvent } from '../../src/model/event.ts';
import { type Status, statusPath } from '../../src/model/status.ts';
import type { Platform } from './platform.ts';
import { makeRehearsal } from './step-run.ts';

export interface LaneRunOptions {
  readonly lane?: LaneDefinition;
  readonly common?: Readonly<Record<string, string>>;
  readonly secrets?: Readonly<Record<string, string>>;
  /** Called after each step, with the folder of the plans. */
  readonly onStep?: (result: LaneStepResult, plans: string) => void;
  readonly ports?: Partial<Ports>;
}

export interface LaneRun extends LaneResult {
  readonly printed: readonly string[];
  readonly ports: Ports;
  /** How a step went; undefined where it did not run. */
  outcome(id: string): LaneStepResult['outcome'];
  /** Code of a step's verdict. */
  code(id: string): string | undefined;
}

/** Runs the lane for an event in this process, wired as its workflow is. */
export async function runTestLane(
  platform: Platform,
  event: LaneEvent,
  options: LaneRunOptions = {},
): Promise<LaneRun> {
  const run = makeRehearsal(platform, event, options.ports);
  const plans = `${run.ports.context.folder()}/plans`;
  const result = await runLane(
    {
      lane: options.lane ?? AUTO_APPLY,
      steps: STEPS,
      inputs: event.name === 'workflow_dispatch' ? event.inputs : {},
      secrets: options.secrets ?? {},
      common: options.common ?? {},
      onStep: (step) => options.onStep?.(step, plans),
    },
    run.ports,
  );
  const outcome = (id: string) =>
    result.steps.find((step) => step.id === id)?.outcome;
  return {
    ...result,
    ports: run.ports,
    printed: run.printed,
    outcome,
    code: (id) => outcome(id)?.verdict.code,
  };
}

/** The status of a module on the state branch. */
export function readStatusOf(
  platform: Platform,
  module: string,
): Status | undefined {
  const text = platform.readRemote('platform-state', statusPath(module));
  return text === undefined ? undefined : (JSON.parse(text) as Status);
}
