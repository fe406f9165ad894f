import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pushEvent } from '../support/forge-events.ts';
import { type Lane, openLane } from '../support/lane.ts';
import {
  readWorkflowFile,
  stepsOf,
  type WorkflowFile,
} from '../support/workflow-files.ts';

/** What somebody would write in place of the outputs of a step taken out. */
const OUTPUTS: Readonly<Record<string, string>> = {
  'steps.scope.outputs.modules': `'["web"]'`,
  'steps.scope.outputs.eligible': `'["web"]'`,
  'steps.stateful.outputs.eligible': `'["web"]'`,
  'steps.stateful.outputs.require-noop': `'false'`,
};

let lane: Lane;
let event: ReturnType<typeof pushEvent>;
beforeAll(async () => {
  lane = await openLane({ modules: { web: {} } });
  const { before, after } = lane.commit(
    lane.platform.module('web', { version: '2' }),
  );
  event = pushEvent(before, after);
});
afterAll(() => lane.close());

/** The workflow without some steps, with what they put out written in. */
function without(...ids: readonly string[]): WorkflowFile {
  const kept = readWorkflowFile('workflows/auto-apply.yml');
  for (const job of Object.values(kept.jobs)) {
    job.steps = job.steps.filter(({ id }) => !ids.includes(id ?? ''));
  }
  const names = Object.keys(OUTPUTS).filter((name) =>
    ids.some((id) => name.startsWith(`steps.${id}.`)),
  );
  const text = names.reduce(
    (json, name) =>
      json.replaceAll(name, JSON.stringify(OUTPUTS[name]).slice(1, -1)),
    JSON.stringify(kept),
  );
  return JSON.parse(text) as WorkflowFile;
}

/** The workflow in which a gate that refuses does not fail the job. */
function ignoring(id: string): WorkflowFile {
  const changed = readWorkflowFile('workflows/auto-apply.yml');
  for (const step of stepsOf(changed)) {
    if (step.id === id) step['continue-on-error'] = true;
  }
  return changed;
}

describe('a workflow without a gate', () => {
  it.each([
    [['scope']],
    [['stateful']],
    [['approval']],
    [['guard']],
    [['scope', 'stateful']],
    [['scope', 'stateful', 'guard']],
  ])('%s: module-apply refuses and the host is as it was', async (ids) => {
    const before = lane.listHost();
    const run = await lane.run(event, { workflow: without(...ids) });
    expect(run.codes).toMatchObject({ apply: 'apply/gate-missing' });
    expect(run.exitCode).toBe(7);
    expect(lane.listHost()).toEqual(before);
  });

  it('plan: the guard has nothing to judge and refuses', async () => {
    const before = lane.listHost();
    const run = await lane.run(event, { workflow: without('plan') });
    expect(run.codes).toMatchObject({ guard: 'plan/missing' });
    expect(run.codes).not.toHaveProperty('apply');
    expect(lane.listHost()).toEqual(before);
  });

  it('guard: whose refusal is ignored is no pass', async () => {
    const before = lane.listHost();
    const workflow = ignoring('guard');
    const guard = stepsOf(workflow).find(({ id }) => id === 'guard');
    if (guard && 'uses' in guard && guard.with) {
      guard.with['require-noop'] = 'true';
    }
    const run = await lane.run(event, { workflow });
    expect(run.codes).toMatchObject({
      guard: 'plan/drift-refused',
      apply: 'apply/gate-missing',
    });
    expect(lane.listHost()).toEqual(before);
  });
});

describe('a verdict file', () => {
  it('of another run of the same machine does not count', async () => {
    const whole = await lane.run(pushEvent(event.sha, event.sha));
    expect(whole.record).not.toBe('');
    const before = lane.listHost();
    const run = await lane.run(event, {
      workflow: without('scope', 'stateful', 'guard'),
      machine: { RUNNER_TEMP: whole.job.temporary },
    });
    expect(run.codes).toMatchObject({ apply: 'apply/gate-missing' });
    expect(lane.listHost()).toEqual(before);
  });

  it('that covers other modules does not count', async () => {
    const workflow = readWorkflowFile('workflows/auto-apply.yml');
    for (const step of stepsOf(workflow)) {
      if (step.id === 'apply' && 'uses' in step && step.with) {
        step.with['modules'] = '["web","site"]';
      }
    }
    const before = lane.listHost();
    const run = await lane.run(event, { workflow });
    expect(run.codes).toMatchObject({ apply: 'apply/gate-missing' });
    expect(lane.listHost()).toEqual(before);
  });
});

it('with all of its gates, the same push is applied', async () => {
  const run = await lane.run(event);
  expect(run.codes).toMatchObject({ apply: 'apply/applied' });
  expect(lane.platform.running('web')).toBe('2');
});
