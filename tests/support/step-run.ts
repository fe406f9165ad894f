import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  executeStep,
  type Ports,
  type RawInputs,
  type Step,
} from '../../src/actions/step.ts';
import { systemClock } from '../../src/adapters/clock.ts';
import { systemExec } from '../../src/adapters/exec.ts';
import { makeVerdictLog } from '../../src/adapters/verdict-log.ts';
import type { LaneEvent } from '../../src/model/event.ts';
import type { Platform } from './platform.ts';

/** One job on this machine: its ports, and what its steps printed. */
export interface StepRun {
  readonly ports: Ports;
  readonly printed: string[];
  run(step: Step, inputs: RawInputs): ReturnType<typeof executeStep>;
}

let runs = 0;

/** Begins a job for an event, with a folder and a run id of its own. */
export function makeStepRun(
  platform: Platform,
  event: LaneEvent,
  over: Partial<Ports> = {},
): StepRun {
  runs += 1;
  const id = String(runs);
  const folder = join(platform.root, `job-${id}`);
  const printed: string[] = [];
  const ports: Ports = {
    context: {
      flavour: 'local',
      eventName: event.name,
      readEvent: () => event,
      sha: headOf(event),
      repository: '',
      serverUrl: '',
      remoteAddress: undefined,
      sshAddress: () => undefined,
      apiUrl: '',
      actor: 'ada',
      identity: { id, number: id, attempt: '1', url: '' },
      job: 'apply',
      ownChecks: [],
      folder: () => {
        mkdirSync(folder, { recursive: true, mode: 0o700 });
        return folder;
      },
      workspace: platform.checkout,
    },
    clock: systemClock,
    exec: systemExec,
    verdicts: makeVerdictLog(),
    mask: () => {},
    print: (line) => printed.push(line),
    ...over,
  };
  return {
    ports,
    printed,
    run: (step, inputs) => executeStep(step, inputs, ports),
  };
}

/** On this machine, without a forge: approval is not looked at. */
export function makeRehearsal(
  platform: Platform,
  event: LaneEvent,
  over: Partial<Ports> = {},
): StepRun {
  const { context } = makeStepRun(platform, event, over).ports;
  const rehearsal = { ...context, rehearsal: true };
  return makeStepRun(platform, event, { ...over, context: rehearsal });
}

function headOf(event: LaneEvent): string {
  switch (event.name) {
    case 'push':
      return event.after;
    case 'pull_request':
      return event.head;
    case 'workflow_dispatch':
      return event.sha;
    case 'other':
      return '';
  }
}

/** A push of main from one commit to another. */
export function pushEvent(before: string, after: string): LaneEvent {
  return {
    name: 'push',
    before,
    after,
    ref: 'refs/heads/main',
    defaultBranch: 'main',
  };
}

/** A dispatch on main by hand. */
export function dispatchEvent(
  sha: string,
  inputs: Readonly<Record<string, string>> = {},
): LaneEvent {
  return {
    name: 'workflow_dispatch',
    sha,
    ref: 'refs/heads/main',
    inputs,
    defaultBranch: 'main',
  };
}
