import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JobRun } from '../support/forge-runner.ts';
import { type Lane, openLane } from '../support/lane.ts';
import { readWorkflowFile } from '../support/workflow-files.ts';

const workflow = readWorkflowFile('workflows/apply.yml');

let lane: Lane;
beforeAll(async () => {
  lane = await openLane({
    modules: { web: {}, db: { manifest: 'stateful: true' } },
  });
});
afterAll(() => lane.close());

const apply = (inputs: Readonly<Record<string, string>>): Promise<JobRun> =>
  lane.dispatch({ module: 'web', ...inputs }, { workflow });
const version = (id: string, text: string) => ({
  [`modules/${id}/version`]: `${text}\n`,
});

describe('one approved commit and one module, by hand', () => {
  let head: string;
  let merged: string;
  beforeAll(() => {
    const number = lane.pulls.open([version('web', '2'), version('db', '2')]);
    head = lane.pulls.of(number).head;
    merged = lane.pulls.merge(number, 'squash');
    // Something later, that is none of its business.
    lane.pulls.bring({ 'docs/x.md': 'x' });
  });

  it('is refused with its code where nobody merged it, and the host is not reached', async () => {
    const before = lane.listHost();
    const open = lane.pulls.open([version('web', '9')]);
    const refused = {
      'approval/no-pull-request': { sha: 'f'.repeat(40) },
      'approval/malformed-sha': { sha: head.slice(0, 10) },
      'approval/not-merged': { sha: lane.pulls.of(open).head },
    };
    for (const [code, inputs] of Object.entries(refused)) {
      const run = await apply(inputs);
      expect(run.codes).toMatchObject({ verify: code });
      expect(run.codes).not.toHaveProperty('plan');
      expect(run.exitCode).toBe(code === 'approval/malformed-sha' ? 2 : 6);
    }
    expect(lane.listHost()).toEqual(before);
  });

  it('is refused where the plan is not the one that was meant', async () => {
    const digest = { plan_digest: `sha256:${'0'.repeat(64)}` };
    const run = await apply({ sha: head, ...digest });
    expect(run.codes).toMatchObject({ guard: 'plan/digest-mismatch' });
    expect(lane.platform.running('web')).toBeUndefined();
  });

  it('its head is applied as what it was merged as, and told on the pull request', async () => {
    const run = await apply({ sha: head });
    expect(run.codes, run.log).toEqual({
      verify: 'approval/approved',
      bind: 'approval/approved',
      stateful: 'stateful/none',
      plan: 'plan/drift',
      guard: 'plan/drift-allowed',
      apply: 'apply/applied',
      report: 'report/complete',
      artifact: 'artifact/unavailable',
      comment: 'report/told',
    });
    expect(lane.platform.running('web')).toBe('2');
    expect(lane.status('web')).toMatchObject({
      last_apply_sha: merged,
      last_apply_result: 'applied',
      last_apply_pr: lane.api.state.pulls.find(
        ({ mergeCommit }) => mergeCommit === merged,
      )?.number,
      approved_sha: merged,
      head_sha: head,
    });
    const [comment] = lane.api.state.comments.slice(-1);
    expect(comment?.body).toContain('apply/applied');
    expect(comment?.body).toContain(merged);
  });

  it('its merge commit is then a noop', async () => {
    const run = await apply({ sha: merged.toUpperCase() });
    expect(run.codes).toMatchObject({ apply: 'apply/noop' });
    expect(lane.platform.applies('web')).toEqual(['2']);
  });

  it('a stateful module changes only with backup and confirmation', async () => {
    const bare = await apply({ module: 'db', sha: merged });
    expect(bare.codes).toMatchObject({ stateful: 'stateful/blocked' });
    const armed = {
      ...lane.armed('db'),
      stateful_confirm: `apply db ${merged}`,
      sha: merged,
    };
    expect(lane.platform.running('db')).toBeUndefined();
    const run = await apply(armed);
    expect(run.codes, run.log).toMatchObject({
      stateful: 'stateful/armed',
      guard: 'plan/drift-allowed',
      apply: 'apply/applied',
    });
    expect(lane.platform.running('db')).toBe('2');
  });

  it('an older commit than the live one is not applied', async () => {
    const newer = lane.pulls.bring(version('web', '3'));
    expect((await apply({ sha: newer })).codes).toMatchObject({
      apply: 'apply/applied',
    });
    const run = await apply({ sha: merged });
    expect(run.codes).toMatchObject({ apply: 'scope/superseded' });
    expect(lane.platform.running('web')).toBe('3');
  });

  it('without the second verification, on the checkout, nothing is applied', async () => {
    const newest = lane.pulls.bring(version('web', '4'));
    lane.pulls.bring({ 'docs/y.md': 'y' });
    const before = lane.platform.running('web');
    const jobs = Object.fromEntries(
      Object.entries(workflow.jobs).map(([name, job]) => {
        const steps = job.steps.filter(({ id }) => id !== 'bind');
        return [name, { ...job, steps }];
      }),
    );
    const run = await lane.dispatch(
      { module: 'web', sha: newest },
      { workflow: { ...workflow, jobs } },
    );
    expect(run.codes).toMatchObject({ apply: 'apply/gate-missing' });
    expect(lane.platform.running('web')).toBe(before);
  });
});
