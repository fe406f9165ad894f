import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Ports, RawInputs } from '../../src/actions/step.ts';
import { systemClock } from '../../src/adapters/clock.ts';
import { systemExec } from '../../src/adapters/exec.ts';
import { readRunContext } from '../../src/adapters/run-context.ts';
import { openVerdictLog } from '../../src/adapters/verdict-log.ts';
import type { LaneEvent } from '../../src/model/event.ts';
import type { Platform } from './platform.ts';
import { repositoryRoot } from './repository-files.ts';

/** A job whose steps may run here or as processes of their own. */
export interface ProcessJob {
  /** Ports for a step in this process, with the verdict file of the job. */
  readonly ports: Ports;
  /** Starts the entry of an action, as a runner would. */
  start(action: string, inputs: RawInputs): ChildProcess;
}

/** Makes the job of a push, with the files that a runner gives it. */
export function makeProcessJob(
  platform: Platform,
  event: Extract<LaneEvent, { name: 'push' }>,
  runId: string,
): ProcessJob {
  const folder = join(platform.root, `process-job-${runId}`);
  mkdirSync(folder);
  const eventPath = join(folder, 'event.json');
  const { before, after, ref } = event;
  writeFileSync(eventPath, JSON.stringify({ before, after, ref }));
  const env = {
    PATH: process.env['PATH'] ?? '',
    GITHUB_EVENT_NAME: 'push',
    GITHUB_EVENT_PATH: eventPath,
    GITHUB_SHA: after,
    GITHUB_WORKSPACE: platform.checkout,
    GITHUB_RUN_ID: runId,
    GITHUB_RUN_NUMBER: runId,
    GITHUB_ACTOR: 'ada',
    RUNNER_TEMP: folder,
  };
  const context = readRunContext(env);
  return {
    ports: {
      context,
      clock: systemClock,
      exec: systemExec,
      verdicts: openVerdictLog(context),
      mask: () => {},
      print: () => {},
    },
    start: (action, inputs) =>
      spawn(
        process.execPath,
        ['--import', 'tsx', `src/actions/${action}/main.ts`],
        {
          cwd: repositoryRoot,
          stdio: ['ignore', 'pipe', 'pipe'],
          env: { ...env, ...asEnvironment(inputs) },
        },
      ),
  };
}

function asEnvironment(inputs: RawInputs): Record<string, string> {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, value]) => [
      `INPUT_${name.toUpperCase()}`,
      value ?? '',
    ]),
  );
}
