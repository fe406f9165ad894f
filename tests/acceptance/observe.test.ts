import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { runCommand } from '../support/command-line.ts';
import { otherEvent } from '../support/forge-events.ts';
import type { JobRun } from '../support/forge-runner.ts';
import { listFolder } from '../support/host-listing.ts';
import { type Lane, openLane } from '../support/lane.ts';
import { oneProcessWorkflow } from '../support/one-process-workflow.ts';
import { readEntries } from '../support/platform-log.ts';
import { readWorkflowFile } from '../support/workflow-files.ts';

let lane: Lane;
afterEach(() => lane.close());

const tip = () => lane.platform.git('rev-parse', 'HEAD');
const version = (id: string, text: string) =>
  lane.platform.module(id, { version: text });
const cli = (...args: readonly string[]) =>
  runCommand(lane.platform, ...args, '--json');
/** Everything, also where a plan puts its copy of a release. */
const listWhole = () =>
  [lane.platform.host, lane.platform.services].flatMap((folder) =>
    listFolder(folder, { whole: true }),
  );
const notes = () =>
  readEntries(lane.platform).filter(({ body }) => 'observed' in body);

it.each([
  ['the policy says so', { policy: { mode: 'observe' } }],
  ['the policy says nothing', { policy: { mode: undefined } }],
  ['the host says so', { host: { mode: 'observe' } }],
])('mode observe changes nothing where %s', async (_where, settings) => {
  lane = await openLane({ ...settings, modules: { web: {} } });
  const before = lane.listHost();
  const run = await lane.push(lane.platform.module('web', { version: '2' }));
  expect(run.status).toBe('success');
  expect(run.codes).toMatchObject({
    scope: 'scope/eligible',
    guard: 'plan/drift-allowed',
    apply: 'apply/observed',
  });
  expect(run.outputs('apply')['applied']).toBe('[]');
  expect(lane.listHost()).toEqual(before);
  expect(lane.status('web')?.last_apply_sha ?? null).toBeNull();
});

describe('a host that is only observed', () => {
  const runs: readonly (readonly [string, () => Promise<JobRun>, object])[] = [
    [
      'a push',
      () => lane.push(version('web', '2')),
      { guard: 'plan/drift-allowed', apply: 'apply/observed' },
    ],
    [
      'a dispatch',
      () =>
        lane.dispatch({ module: 'web' }, { workflow: oneProcessWorkflow() }),
      { lane: 'apply/observed' },
    ],
    [
      'an approved apply',
      () =>
        lane.dispatch(
          { module: 'web', sha: tip() },
          { workflow: readWorkflowFile('workflows/apply.yml') },
        ),
      { guard: 'plan/drift-allowed', apply: 'apply/observed' },
    ],
    [
      'a dispatch that acknowledges it',
      () =>
        lane.dispatch(
          { module: 'web', acknowledge_host: 'demo' },
          { workflow: oneProcessWorkflow() },
        ),
      { lane: 'apply/observed' },
    ],
    [
      'a backup',
      () =>
        lane.dispatch(
          { module: 'guestbook', dry_run: 'false' },
          { workflow: readWorkflowFile('workflows/backup.yml') },
        ),
      { backup: 'backup/observed' },
    ],
    [
      'a reconciliation',
      () =>
        lane.run(otherEvent('schedule', tip()), {
          workflow: readWorkflowFile('workflows/reconcile.yml'),
        }),
      { reconcile: 'reconcile/told' },
    ],
  ];

  it('is left as it is, whatever runs', { timeout: 300_000 }, async () => {
    lane = await openLane({
      ...{ policy: { mode: 'observe' }, acknowledged: false },
      modules: { web: {} },
    });
    const before = listWhole();
    for (const [name, run, codes] of runs) {
      const done = await run();
      expect(done.codes, done.log).toMatchObject(codes);
      expect(listWhole(), name).toEqual(before);
    }
    const why = ['--reason', 'the disk is full'];
    expect((await cli('freeze', '--host', 'demo', ...why)).exitCode).toBe(0);
    const frozen = await lane.dispatch({ module: 'web' });
    expect(frozen.codes).toMatchObject({ apply: 'apply/observed' });
    expect(frozen.outputs('apply')['reason']).toContain('the disk is full');
    expect(listWhole()).toEqual(before);
  });

  it('is told of wherever somebody looks, once', {
    timeout: 180_000,
  }, async () => {
    lane = await openLane({
      policy: { mode: 'observe' },
      modules: { web: {} },
    });
    const { after } = lane.commit(version('web', '2'));
    const workflow = readWorkflowFile('workflows/apply.yml');
    const apply = () =>
      lane.dispatch({ module: 'web', sha: after }, { workflow });
    const run = await apply();
    const said =
      'web on demo was not changed (mode: observe): an apply would update command/web';
    expect(run.codes).toMatchObject({ report: 'report/observed' });
    const report = run.steps.find(({ id }) => id === 'report')?.run;
    expect(report?.stdout.split('\n')).toContain(said);
    expect(report?.files['STEP_SUMMARY']).toContain('would update command/web');
    const [comment] = lane.api.state.comments.slice(-1);
    expect(comment?.body).toContain('would update command/web');
    expect(comment?.body).not.toContain('last\\_apply\\_at');
    expect(comment?.body).not.toContain('last_apply_at');
    const digest = expect.stringMatching(/^sha256:[0-9a-f]{64}$/);
    const observed = [{ module: 'web', said, plan_digest: digest }];
    expect(notes()).toMatchObject([
      {
        kind: 'note',
        body: {
          ...{ observed, sha: after, by: { actor: 'ada' } },
          gates: { 'module-apply': 'apply/observed' },
        },
      },
    ]);
    const status = await cli('status');
    expect(status.json()).toMatchObject({ modules: [], observed });
    expect((await runCommand(lane.platform, 'status')).stdout).toContain(said);

    expect((await apply()).codes).toMatchObject({ apply: 'apply/observed' });
    expect(notes()).toHaveLength(1);
  });
});

it('one host is observed and another is changed, by one push', async () => {
  lane = await openLane({ modules: { web: {} } });
  const { platform } = lane;
  const root = join(platform.root, 'watched');
  const policy = platform.git('show', 'HEAD:.platform/gates.yaml');
  const watched = `  watched: {transport: local, mode: observe, runtime_root: ${root}}`;
  lane.commit({
    '.platform/gates.yaml': policy.replace(/^hosts:$/m, `hosts:\n${watched}`),
  });
  const run = await lane.push({
    ...version('web', '2'),
    ...platform.module('api', { host: 'watched' }),
    ...platform.module('front', { dependsOn: ['api'] }),
  });
  expect(run.codes, run.log).toMatchObject({
    apply: 'apply/applied',
    report: 'report/observed',
  });
  expect(run.outputs('apply')['applied']).toBe('["web"]');
  expect(['web', 'api', 'front'].map(platform.running)).toEqual([
    ...['2', undefined, undefined],
  ]);
  expect(listFolder(platform.root, { whole: true })).not.toContainEqual(
    expect.stringMatching(/^watched/),
  );
  expect(notes()).toMatchObject([
    { body: { observed: [{ module: 'api' }, { module: 'front' }] } },
  ]);
});

describe('from observe to apply', () => {
  const setMode = (mode: 'observe' | 'apply') => {
    const policy = lane.platform.git('show', 'HEAD:.platform/gates.yaml');
    const text = policy.replace(/^mode: \w+$/m, `mode: ${mode}`);
    return { '.platform/gates.yaml': `${text}\n` };
  };

  it('the push that switches applies nothing, the next one what was observed', async () => {
    lane = await openLane({
      policy: { mode: 'observe' },
      modules: { web: {} },
    });
    await lane.push(version('web', '2'));
    const control = await lane.push({
      ...setMode('apply'),
      ...version('web', '3'),
    });
    expect(control.codes).toMatchObject({ scope: 'scope/control-change' });
    expect(lane.platform.running('web')).toBeUndefined();
    const run = await lane.dispatch({ module: 'web' });
    expect(run.codes).toMatchObject({ apply: 'apply/applied' });
    expect(lane.platform.running('web')).toBe('3');
    expect((await cli('status')).json()).toMatchObject({ observed: [] });
  });

  it('nothing goes on before the host is acknowledged', {
    timeout: 300_000,
  }, async () => {
    lane = await openLane({
      ...{ policy: { mode: 'observe' }, acknowledged: false },
      ...{ modules: { web: {} }, workflow: oneProcessWorkflow() },
    });
    const before = listWhole();
    await lane.push(version('web', '2'));
    await lane.push(setMode('apply'));
    const refused = await lane.push(version('web', '3'));
    expect(refused.codes).toMatchObject({ lane: 'apply/not-acknowledged' });
    expect(refused.exitCode).toBe(8);
    expect(listWhole()).toEqual(before);

    const acknowledge = ['acknowledge', 'demo', '--reason', 'seen for a week'];
    const mute = await cli('acknowledge', 'demo', '--reason', ' ');
    expect(mute.exitCode).toBe(2);
    const dry = await cli(...acknowledge, '--dry-run');
    expect(dry.exitCode).toBe(0);
    expect(listWhole()).toEqual(before);
    for (const _ of ['first', 'again']) {
      const said = await cli(...acknowledge);
      expect(said.json()).toMatchObject({
        verdict: { code: 'apply/acknowledged' },
      });
    }
    const entries = readEntries(lane.platform);
    expect(
      entries.filter(({ body }) => body['acknowledged'] === 'demo'),
    ).toMatchObject([{ kind: 'note', body: { reason: 'seen for a week' } }]);
    const run = await lane.dispatch({ module: 'web' });
    expect(run.codes).toMatchObject({ lane: 'apply/applied' });
    expect(lane.platform.running('web')).toBe('3');
  });

  it('a command in a job acknowledges nothing', async () => {
    lane = await openLane({ acknowledged: false });
    const before = listWhole();
    const place = { ...lane.platform, env: { GITHUB_ACTIONS: 'true' } };
    const args = ['acknowledge', 'demo', '--reason', 'x', '--json'];
    const run = await runCommand(place, ...args);
    expect(run.json()).toMatchObject({
      verdict: { code: 'apply/not-acknowledged' },
    });
    expect(run.exitCode).toBe(8);
    expect(listWhole()).toEqual(before);
  });
});
