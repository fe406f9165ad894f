import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  dispatchEvent,
  type ForgeEvent,
  otherEvent,
  pushEvent,
} from '../support/forge-events.ts';
import { type Lane, openLane, type RunOptions } from '../support/lane.ts';
import { readWorkflowFile, stepsOf } from '../support/workflow-files.ts';

/** A commit of the operators' own repository, which is nobody else's. */
const OWN = 'c'.repeat(40);

describe('lanes and secrets in a repository of the operators alone', () => {
  let lane: Lane;

  beforeAll(async () => {
    lane = await openLane({ modules: { web: {}, db: {} } });
  });
  afterAll(() => lane?.close());

  /** The job of the operators: its own token is of no use elsewhere. */
  const run = (event: ForgeEvent, options: RunOptions = {}) =>
    lane.run(event, {
      forge: {
        url: lane.forge.url,
        repository: 'operators/lanes',
        token: 'of-no-use',
      },
      workflow: readWorkflowFile('workflows/operators/auto-apply.yml'),
      secrets: { PLATFORM_TOKEN: lane.token },
      ...options,
    });
  const scheduled = (options?: RunOptions) =>
    run(otherEvent('schedule', OWN), options);

  it('a person puts a module into service, and it is on record in the platform repository', async () => {
    const done = await run(dispatchEvent(OWN, { module: 'web' }));
    expect(done.codes).toMatchObject({ apply: 'apply/applied' });
    expect(lane.platform.running('web')).toBe('1');
    expect(lane.status('web')).toMatchObject({
      last_apply_sha: lane.platform.git('rev-parse', 'HEAD'),
      last_apply_actor: 'ada',
      run: { url: expect.stringContaining('/operators/lanes/') },
    });
  });

  it('a schedule applies what was merged since, and nothing that was never in service', async () => {
    lane.commit({
      ...lane.platform.module('web', { version: '2' }),
      ...lane.platform.module('db', { version: '2' }),
    });
    const done = await scheduled();
    expect(done.outputs('scope')['eligible']).toBe('["web"]');
    expect(done.codes).toMatchObject({ apply: 'apply/applied' });
    expect(lane.platform.running('web')).toBe('2');
    expect(lane.platform.running('db')).toBeUndefined();
    expect((await scheduled()).codes).toMatchObject({
      scope: 'scope/nothing-to-apply',
    });
  });

  it('self-change: a schedule takes nothing over a change of the policy', async () => {
    lane.commit({
      '.platform/notes': 'control',
      ...lane.platform.module('web', { version: '3' }),
    });
    const done = await scheduled();
    expect(done.outputs('scope')['blocked']).toContain('scope/control-change');
    expect(lane.platform.running('web')).toBe('2');
  });

  it('event-gate: a schedule arms nothing, whatever the workflow says', async () => {
    const workflow = readWorkflowFile('workflows/operators/auto-apply.yml');
    const sure = {
      ...{ modules: '["guestbook"]', 'allow-stateful': 'true' },
      ...{ 'backup-ref': '/x', 'stateful-confirm': 'apply guestbook' },
    };
    for (const step of stepsOf(workflow)) {
      if (step.id === 'stateful' && 'with' in step) {
        Object.assign(step, { with: { ...step.with, ...sure } });
      }
    }
    const done = await scheduled({ workflow });
    expect(done.codes).toMatchObject({ stateful: 'stateful/not-manual' });
  });

  it.each<[string, () => ForgeEvent]>([
    ['a push', () => pushEvent(OWN, 'd'.repeat(40))],
    ['a comment', () => otherEvent('issue_comment', OWN)],
  ])(
    'event-gate: %s of their own repository is about that one',
    async (_what, event) => {
      const done = await run(event());
      expect(done.codes).toMatchObject({ scope: 'input/disagrees-with-event' });
    },
  );

  it('refuses names that are none, and a checkout of something else', async () => {
    const workflow = readWorkflowFile('workflows/operators/auto-apply.yml');
    for (const [name, value, code] of [
      [
        'APPLY_GATES_REPOSITORY',
        'acme/platform --upload-pack=x',
        'input/malformed',
      ],
      ['APPLY_GATES_REF', 'ma..in', 'input/malformed'],
      ['APPLY_GATES_REF', 'other', 'git/unavailable'],
    ] as const) {
      const env = { ...workflow.env, [name]: value };
      const [prepare, ...steps] = workflow.jobs['auto-apply']?.steps ?? [];
      const checkedOut = {
        ...prepare,
        with: { ref: 'main', repository: 'acme/platform', token: lane.token },
      };
      const done = await scheduled({
        workflow: {
          ...workflow,
          env,
          jobs: {
            'auto-apply': {
              ...workflow.jobs['auto-apply'],
              steps: [checkedOut, ...steps],
            } as never,
          },
        },
      });
      expect(done.codes['scope'], `${name} ${value}`).toBe(code);
    }
  });
});
