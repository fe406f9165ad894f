import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Ports } from '../actions/step.ts';
import { systemClock } from '../adapters/clock.ts';
import { systemExec } from '../adapters/exec.ts';
import { openRepository } from '../adapters/git.ts';
import { readRunContext } from '../adapters/run-context.ts';
import { makeVerdictLog } from '../adapters/verdict-log.ts';
import type { LaneEvent } from '../model/event.ts';
import { type LocalRequest, makeLocalEvent } from './local-event.ts';
import type { Terminal } from './terminal.ts';

export interface LocalRun {
  readonly ports: Ports;
  readonly repo: string;
  readonly event: LaneEvent;
  /** Full id of the commit that is looked at. */
  readonly head: string;
  readonly close: () => void;
}

/**
 * Stands in for the runner at a terminal: the event is made from the
 * repository, and files of the run live in a folder that `close` removes.
 */
export async function openLocalRun(
  request: LocalRequest,
  terminal: Terminal,
): Promise<LocalRun> {
  const repo = resolve(request.repo);
  const repository = openRepository(systemExec, repo);
  const event = await makeLocalEvent(repository, request);
  const folder = mkdtempSync(join(tmpdir(), 'apply-gates-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  const withdraw = terminal.onStop(async () => remove());
  const head = event.name === 'workflow_dispatch' ? event.sha : headOf(event);
  const context = {
    ...readRunContext({}),
    eventName: request.event,
    readEvent: () => event,
    sha: head,
    folder: () => folder,
    workspace: repo,
  };
  return {
    repo,
    event,
    head,
    ports: {
      context,
      clock: systemClock,
      exec: systemExec,
      verdicts: makeVerdictLog(),
      mask: () => {},
      print: terminal.line,
      onStop: terminal.onStop,
    },
    close: () => {
      withdraw();
      remove();
    },
  };
}

function headOf(event: LaneEvent): string {
  if (event.name === 'push') return event.after;
  return event.name === 'pull_request' ? event.head : '';
}
