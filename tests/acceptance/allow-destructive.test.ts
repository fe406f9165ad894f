import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JobRun } from '../support/forge-runner.ts';
import { type Lane, openLane } from '../support/lane.ts';
import { oneProcessWorkflow } from '../support/one-process-workflow.ts';
import { readWorkflowFile } from '../support/workflow-files.ts';

const workflow = readWorkflowFile('workflows/apply.yml');

/** What the plan of the module says while it is not in sync. */
const changes = [
  { resource: 'volume/old', action: 'remove', destructive: true },
  { resource: 'volume/older', action: 'remove', destructive: true },
  { resource: 'service/web', action: 'update' },
];

describe('a change that destroys something', () => {
  let lane: Lane;
  let sha: string;
  beforeAll(async () => {
    lane = await openLane();
    const plan = `cmp -s modules/web/version ${lane.platform.services}/web || { echo '${JSON.stringify({ changes })}'; exit 2; }`;
    sha = lane.pulls.bring(lane.platform.module('web', { scripts: { plan } }));
  });
  afterAll(() => lane.close());

  const apply = (allowed: string): Promise<JobRun> =>
    lane.dispatch(
      { module: 'web', sha, allow_destructive: allowed },
      { workflow },
    );

  it.each([
    ['nothing is allowed', '[]', 'plan/destructive', 5],
    ['one of the two is', '["volume/old"]', 'plan/destructive', 5],
    ['others are', '["volume/*", "volume"]', 'plan/destructive', 5],
    ['it is no list', 'volume/old', 'input/malformed', 2],
  ])(
    'is not applied where %s, and nothing reaches the host',
    async (_, allowed, code, exit) => {
      const before = lane.listHost();
      const run = await apply(allowed);
      expect(run.codes, run.log).toMatchObject({ plan: 'plan/drift' });
      expect(run.codes).toMatchObject({ guard: code, comment: 'report/told' });
      expect(run.codes).not.toHaveProperty('apply');
      expect(run.exitCode).toBe(exit);
      expect(lane.listHost()).toEqual(before);
    },
  );

  it('is not applied by the other lane, which has no word for it', async () => {
    const run = await lane.dispatch(
      { module: 'web' },
      { workflow: oneProcessWorkflow() },
    );
    expect(run.codes).toEqual({ lane: 'plan/destructive' });
    expect(lane.platform.running('web')).toBeUndefined();
  });

  it('is applied where each of it is named', async () => {
    const run = await apply('["volume/old", "volume/older"]');
    expect(run.codes, run.log).toMatchObject({
      guard: 'plan/drift-allowed',
      apply: 'apply/applied',
    });
    expect(lane.platform.running('web')).toBe('1');
    expect(JSON.parse(run.outputs('guard')['verdict'] ?? '')).toMatchObject({
      evidence: { allow_destructive: ['volume/old', 'volume/older'] },
    });
  });
});
