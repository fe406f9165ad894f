import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { planNoopGuardStep } from '../../src/actions/plan-noop-guard/run.ts';
import type { RawInputs } from '../../src/actions/step.ts';
import { systemClock } from '../../src/adapters/clock.ts';
import type { LaneEvent } from '../../src/model/event.ts';
import { planDigest } from '../../src/model/plan-digest.ts';
import { makePlatform, type Platform } from './platform.ts';
import { dispatchEvent, makeStepRun, type StepRun } from './step-run.ts';

/** When every run of the guard in these tests takes place. */
const NOW = new Date('2026-05-16T12:00:00Z');

export type PlanDocument = Readonly<Record<string, unknown>>;

export const planChange = {
  resource: 'service/x',
  action: 'update',
  detail: 'a -> b',
};

/** A repository whose policy calls `vault` sacred, and the guard run on it. */
export interface GuardPlatform extends Platform {
  readonly head: string;
  /** A plan of half an hour ago that is in sync, with its digest. */
  makePlan(module: string, changes?: PlanDocument): PlanDocument;
  makeDrift(module: string, changes?: PlanDocument): PlanDocument;
  /** Writes a document, or text as it is, into the checkout. */
  write(path: string, document: unknown): void;
  begin(event?: LaneEvent): StepRun;
  /** Runs the guard on plans/*.json. */
  run(inputs: RawInputs, job?: StepRun): ReturnType<StepRun['run']>;
}

export function makeGuardPlatform(): GuardPlatform {
  const platform = makePlatform({
    '.platform/gates.yaml': [
      'schema: 1',
      'hosts: {web1: {transport: local}}',
      'sacred: {modules: [vault]}',
      '',
    ].join('\n'),
  });
  const head = platform.commit({ 'README.md': 'x' });
  const makePlan = (module: string, changes: PlanDocument = {}) =>
    seal({
      schema: 1,
      module,
      source_sha: head,
      created_at: '2026-05-16T11:30:00Z',
      driver: 'command',
      host: 'web1',
      exit_code: 0,
      changes: [],
      ...changes,
    });
  const begin = (event: LaneEvent = dispatchEvent(head)) => {
    const clock = { ...systemClock, now: () => NOW, sleep: async () => {} };
    const { context } = makeStepRun(platform, event).ports;
    const over = { clock, context: { ...context, sha: head } };
    return makeStepRun(platform, event, over);
  };
  return {
    ...platform,
    head,
    makePlan,
    makeDrift: (module, changes) =>
      makePlan(module, { exit_code: 1, changes: [planChange], ...changes }),
    write(path, document) {
      const target = join(platform.checkout, path);
      const isText = typeof document === 'string';
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, isText ? document : JSON.stringify(document));
    },
    begin,
    run: (inputs, job = begin()) =>
      job.run(planNoopGuardStep, { plan: 'plans/*.json', ...inputs }),
  };
}

function seal(document: PlanDocument): PlanDocument {
  return { ...document, digest: planDigest(document) };
}
