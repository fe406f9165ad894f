import { expect, it } from 'vitest';
import {
  dispatchEvent,
  type ForgeEvent,
  otherEvent,
  pullRequestEvent,
  pushEvent,
} from '../support/forge-events.ts';
import type { JobRun } from '../support/forge-runner.ts';
import { type Lane, openLane } from '../support/lane.ts';
import { oneProcessWorkflow } from '../support/one-process-workflow.ts';

/** Gate and code of every verdict on record, in order. */
function verdicts({ record }: JobRun): string[] {
  return record
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))
    .filter((entry) => entry.kind === 'verdict' && entry.step !== 'auto-apply')
    .map((entry) => `${entry.step} ${entry.verdict.code}`);
}

type Scenario = (lane: Lane) => Promise<ForgeEvent> | ForgeEvent;

const page = (text: string) => ({ 'modules/web/version': `${text}\n` });
const pushed =
  (changes: Record<string, string>): Scenario =>
  (lane) => {
    const { before, after } = lane.commit(changes);
    return pushEvent(before, after);
  };
const tip = (lane: Lane) => lane.platform.git('rev-parse', 'HEAD');
const GUESTBOOK = 'modules/guestbook/server.mjs';

const scenarios: Record<string, Scenario> = {
  'a stateless push': pushed(page('2')),
  'a push of nothing': pushed({ 'docs/x.md': 'x' }),
  'an unknown path': pushed({ surprise: '' }),
  'a control path': pushed({ '.github/x': '', ...page('2') }),
  'a stateful push': pushed({ [GUESTBOOK]: '' }),
  'a broken manifest': pushed({ 'modules/web/module.yaml': 'schema: 2' }),
  'a plan that fails': pushed({ 'modules/web/plan.sh': 'exit 9' }),
  'an apply that fails': pushed({
    'modules/web/apply.sh': 'exit 9',
    ...page('2'),
  }),
  'a dispatch of all': (lane) => dispatchEvent(tip(lane)),
  'a dispatch of one': (lane) => dispatchEvent(tip(lane), { module: 'web' }),
  'a dispatch of none': (lane) => dispatchEvent(tip(lane), { module: 'no' }),
  'a dispatch of a stateful one': (lane) =>
    dispatchEvent(tip(lane), { module: 'guestbook' }),
  'an armed dispatch in sync': async (lane) => {
    await lane.platform.startByHand('guestbook');
    return dispatchEvent(tip(lane), lane.armed('guestbook'));
  },
  'an armed dispatch with drift': (lane) =>
    dispatchEvent(tip(lane), lane.armed('guestbook')),
  'an armed dispatch without a backup': (lane) =>
    dispatchEvent(tip(lane), { ...lane.armed('guestbook'), backup_ref: '' }),
  'a comment': (lane) => otherEvent('issue_comment', tip(lane)),
  'a pull request': (lane) => {
    const { before, after } = lane.commit(page('2'));
    const { git, remote } = lane.platform;
    git('-C', remote, 'update-ref', 'refs/pull/3/head', after);
    return pullRequestEvent(before, after);
  },
  'a broken event': (lane) => ({
    ...pushEvent(tip(lane), tip(lane)),
    payload: '{',
  }),
};

it.each(Object.entries(scenarios))(
  'the lane in one process decides as its steps do: %s',
  async (_name, scenario) => {
    const said: unknown[] = [];
    for (const workflow of [undefined, oneProcessWorkflow()]) {
      const lane = await openLane({ modules: { web: {} } });
      try {
        const run = await lane.run(await scenario(lane), { workflow });
        said.push([verdicts(run), run.exitCode, lane.platform.running('web')]);
      } finally {
        await lane.close();
      }
    }
    expect(said[1]).toEqual(said[0]);
    expect(said[0]).not.toEqual([[], 0, undefined]);
  },
);
