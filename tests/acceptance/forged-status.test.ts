import { rmSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dispatchEvent, pushEvent } from '../support/forge-events.ts';
import { type Lane, openLane } from '../support/lane.ts';
import { oneProcessWorkflow } from '../support/one-process-workflow.ts';
import { changeState, changeStatus } from '../support/status-writer.ts';
import { readWorkflowFile } from '../support/workflow-files.ts';

const oneProcess = { workflow: oneProcessWorkflow() };
const applyWorkflow = readWorkflowFile('workflows/apply.yml');
const STATUS = '.platform/state/modules/web.status.json';

let lane: Lane;
beforeEach(async () => {
  lane = await openLane({ modules: { web: {} } });
  await lane.push(version('2'), oneProcess);
});
afterEach(() => lane.close());

const version = (version: string) => lane.platform.module('web', { version });
const more = (text: string) => ({ 'modules/web/notes.md': text });

/** A commit on the default branch that no pull request brought. */
function commitUnapproved() {
  const pushed = lane.commit(version('9'));
  lane.pulls.change(lane.pulls.open([]), { brought: [pushed.after] });
  return pushed;
}

describe('a status that was forged to hide a commit nobody approved', () => {
  let hidden: string;
  beforeEach(async () => {
    const { before, after } = commitUnapproved();
    hidden = after;
    const run = await lane.run(pushEvent(before, after), oneProcess);
    expect(run.codes).toMatchObject({ lane: 'approval/no-pull-request' });
  });

  it('makes nothing be applied: the record of the host decides', async () => {
    const host = lane.listHost();
    await changeStatus(lane.platform, 'web', { last_apply_sha: hidden });
    const run = await lane.push(more('approved'));
    expect(run.codes, run.log).toMatchObject({
      approval: 'approval/approved',
      guard: 'plan/drift-allowed',
      apply: 'approval/live-differs',
    });
    expect(run.exitCode).toBe(6);
    expect(lane.listHost()).toEqual(host);
  });

  it('is held to it in the apply lane as well, but for a broken glass', async () => {
    await changeStatus(lane.platform, 'web', { last_apply_sha: hidden });
    const sha = lane.pulls.bring(more('approved'));
    const inputs = { module: 'web', sha };
    const workflow = { workflow: applyWorkflow };
    const run = await lane.dispatch(inputs, workflow);
    expect(run.codes, run.log).toMatchObject({
      bind: 'approval/approved',
      apply: 'approval/live-differs',
    });
    expect(lane.platform.running('web')).toBe('2');
    const reason = 'the host was restored from a snapshot of last week';
    const loud = await lane.dispatch(
      { ...inputs, break_glass_reason: reason },
      workflow,
    );
    expect(loud.codes, loud.log).toMatchObject({ apply: 'apply/applied' });
  });

  it('taken off the branch, has approval looked for from the beginning', async () => {
    await changeState(lane.platform, { [STATUS]: null });
    const run = await lane.push(more('approved'), oneProcess);
    expect(run.codes).toMatchObject({ lane: 'approval/no-pull-request' });
  });
});

describe('a status that is right, or behind', () => {
  it('of a result that was lost is no hindrance', async () => {
    const older = lane.status('web')?.last_apply_sha;
    await lane.push(version('3'), oneProcess);
    await changeStatus(lane.platform, 'web', { last_apply_sha: older ?? '' });
    const run = await lane.push(version('4'), oneProcess);
    expect(run.codes, run.log).toMatchObject({ lane: 'apply/applied' });
  });

  it('of a change that was rolled back and taken back is none', async () => {
    const failed = await lane.push(version('broken'), oneProcess);
    expect(failed.codes).toMatchObject({ lane: 'apply/rolled-back' });
    const { before, after } = lane.commit(version('2'));
    lane.pulls.adopt();
    const despite = { module: 'web', despite_freeze: 'it was taken back' };
    const back = await lane.run(dispatchEvent(after, despite), oneProcess);
    expect(back.codes, back.log).toMatchObject({ lane: 'apply/noop' });
    expect(lane.status('web')?.last_apply_sha).not.toBe(before);
    const next = lane.commit(version('3'));
    const run = await lane.run(dispatchEvent(next.after, despite), oneProcess);
    expect(run.codes, run.log).toMatchObject({ lane: 'apply/applied' });
  });

  it('of a host that was set up anew waits until it is taken away', async () => {
    rmSync(lane.platform.host, { recursive: true });
    const held = await lane.push(version('3'), oneProcess);
    expect(held.codes, held.log).toMatchObject({
      lane: 'approval/live-differs',
    });
    await changeState(lane.platform, { [STATUS]: null });
    const anew = { module: 'web', acknowledge_host: 'demo' };
    const run = await lane.dispatch(anew, oneProcess);
    expect(run.codes, run.log).toMatchObject({ lane: 'apply/applied' });
  });
});
