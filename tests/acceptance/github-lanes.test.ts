import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pushEvent } from '../support/forge-events.ts';
import type { JobRun } from '../support/forge-runner.ts';
import { type Lane, openLane } from '../support/lane.ts';
import type { MergeStyle } from '../support/pull-requests.ts';
import { readWorkflowFile } from '../support/workflow-files.ts';

const workflow = readWorkflowFile('workflows/apply.yml');

/** What happened to a pull request before it was merged. */
interface Story {
  readonly style?: MergeStyle;
  readonly by?: string;
  readonly reviews?: readonly (readonly [login: string, state: string])[];
  readonly check?: string | null;
}

/** Both lanes as GitHub runs them, with its events and its API. */
describe('on GitHub, with an approval and a check asked for', () => {
  let lane: Lane;
  beforeAll(async () => {
    const approval = { min_approvals: 1, require_checks: ['build'] };
    lane = await openLane({
      flavour: 'github',
      modules: { web: {}, api: {} },
      policy: { approval },
    });
    lane.pulls.adopt();
    for (const { number } of lane.api.state.pulls) tell(number, {});
  });
  afterAll(() => lane.close());

  const version = (id: string, text: string) => ({
    [`modules/${id}/version`]: `${text}\n`,
  });

  function tell(number: number, story: Story): void {
    const { reviews = [['cyd', 'APPROVED']], check = 'success' } = story;
    const { head } = lane.pulls.of(number);
    lane.api.state.checkRuns.set(head, new Map([['build', check]]));
    lane.pulls.change(number, {
      reviews: reviews.map(([login, state]) => ({
        ...{ login, state, commit: head },
      })),
    });
  }

  /** A pull request of one commit that was merged like this. */
  function bring(id: string, text: string, story: Story = {}) {
    const number = lane.pulls.open([version(id, text)]);
    tell(number, story);
    const { head } = lane.pulls.of(number);
    const before = lane.platform.git('rev-parse', 'main');
    const { style = 'squash', by } = story;
    return { number, head, before, sha: lane.pulls.merge(number, style, by) };
  }

  const apply = (inputs: Readonly<Record<string, string>>): Promise<JobRun> =>
    lane.dispatch(inputs, { workflow });

  it.each(['merge', 'squash', 'rebase'] as const)(
    'a push that a %s brought is applied',
    async (style) => {
      const { before, sha } = bring('web', style, { style });
      const run = await lane.run(pushEvent(before, sha));
      expect(run.codes, run.log).toEqual({
        scope: 'scope/eligible',
        stateful: 'stateful/none',
        approval: 'approval/approved',
        plan: 'plan/drift',
        guard: 'plan/drift-allowed',
        apply: 'apply/applied',
        report: 'report/complete',
        artifact: 'artifact/unavailable',
      });
      expect(lane.platform.running('web')).toBe(style);
      expect(run.outputs('approval')['approvers']).toBe('["cyd"]');
    },
  );

  it('the head of a pull request is applied by hand, and told on it', async () => {
    const { head, number, sha } = bring('api', '2');
    const run = await apply({ module: 'api', sha: head });
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
    expect(lane.status('api')).toMatchObject({
      ...{ last_apply_sha: sha, head_sha: head, last_apply_pr: number },
    });
    expect(lane.api.state.comments.at(-1)).toMatchObject({
      issue: number,
      body: expect.stringContaining(sha),
    });
    const again = await apply({ module: 'api', pr: String(number) });
    expect(again.codes).toMatchObject({ apply: 'apply/noop' });
  });

  it('a push is not applied where somebody asked for changes', async () => {
    const host = lane.listHost();
    const { before, sha } = bring('web', '9', {
      reviews: [
        ['cyd', 'APPROVED'],
        ['dan', 'REQUEST_CHANGES'],
      ],
    });
    const run = await lane.run(pushEvent(before, sha));
    expect(run.codes).toMatchObject({ approval: 'approval/changes-requested' });
    expect(run.codes).not.toHaveProperty('plan');
    expect(run.exitCode).toBe(6);
    expect(lane.listHost()).toEqual(host);
  });

  it.each([
    ['approval/not-merged', undefined],
    ['approval/too-few-approvals', { reviews: [] }],
    ['approval/checks-failing', { check: 'failure' }],
    ['approval/checks-failing', { check: null }],
    ['approval/merged-by-bot', { by: 'mergify[bot]' }],
  ] as const)('by hand it is %s where it is so: %j', async (code, story) => {
    const before = lane.listHost();
    const open = lane.pulls.open([version('api', 'not merged')]);
    const sha = story
      ? bring('api', JSON.stringify(story), story).sha
      : lane.pulls.of(open).head;
    const run = await apply({ module: 'api', sha });
    expect(run.codes, run.log).toEqual({
      verify: code,
      report: 'report/refused',
      artifact: 'artifact/unavailable',
      comment: 'report/told',
    });
    expect(run.exitCode).toBe(6);
    expect(lane.listHost()).toEqual(before);
  });
});
