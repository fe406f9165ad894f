import {
  executeStep,
  type Ports,
  type RawInputs,
  type Step,
  type StepOutcome,
} from '../actions/step.ts';
import type { LaneDefinition, LaneStep } from './lanes.ts';
import { resolveWire, type WireValues } from './wire.ts';

/** How one step of a lane went; without an outcome it did not run. */
export interface LaneStepResult {
  readonly id: string;
  readonly action: string;
  readonly outcome: (StepOutcome & { readonly exitStatus: number }) | undefined;
}

export interface LaneResult {
  readonly steps: readonly LaneStepResult[];
  /** Exit status of the first step that refused, else 0. */
  readonly exitStatus: number;
}

export interface LaneRequest {
  readonly lane: LaneDefinition;
  readonly steps: ReadonlyMap<string, Step>;
  readonly inputs: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, string>>;
  /** Inputs that every step takes, such as the working directory. */
  readonly common: RawInputs;
  /** Stop before this step id; later ones run only if they always run. */
  readonly stopBefore?: string;
  readonly onStep?: (result: LaneStepResult) => void;
}

/** Runs a lane in this process, with the wiring its workflow file has. */
export async function runLane(
  request: LaneRequest,
  ports: Ports,
): Promise<LaneResult> {
  const results: LaneStepResult[] = [];
  const outputs: Record<string, Readonly<Record<string, string>>> = {};
  let stopped = false;
  let exitStatus = 0;
  for (const laneStep of request.lane.steps) {
    stopped ||= laneStep.id === request.stopBefore;
    const values = { ...request, outputs };
    const outcome = shouldRun(laneStep, values, stopped || exitStatus !== 0)
      ? await runLaneStep(laneStep, request, values, ports)
      : undefined;
    if (outcome) {
      outputs[laneStep.id] = outcome.outputs;
      exitStatus ||= outcome.exitStatus;
    }
    const result = { id: laneStep.id, action: laneStep.action, outcome };
    results.push(result);
    request.onStep?.(result);
  }
  return { steps: results, exitStatus };
}

function shouldRun(
  laneStep: LaneStep,
  values: WireValues,
  stopped: boolean,
): boolean {
  const { runs } = laneStep;
  switch (runs.when) {
    case 'always':
      return true;
    case 'passed':
      return !stopped;
    case 'listed':
      return !stopped && values.outputs[runs.step]?.[runs.name] !== '[]';
  }
}

async function runLaneStep(
  laneStep: LaneStep,
  request: LaneRequest,
  values: WireValues,
  ports: Ports,
): Promise<LaneStepResult['outcome']> {
  // What is checked out plays no part where nothing is taken from it.
  if (laneStep.action === 'prepare') return undefined;
  const step = request.steps.get(laneStep.action);
  if (!step) throw new TypeError(`no step is called ${laneStep.action}`);
  const wired = Object.entries(laneStep.with).map(
    ([name, wire]) => [name, resolveWire(wire, values)] as const,
  );
  return executeStep(
    step,
    { ...request.common, ...Object.fromEntries(wired) },
    ports,
  );
}
