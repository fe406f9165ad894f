import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  type ForgeApi,
  makeForgeApi,
} from '../../../tests/support/forge-api.ts';
import {
  type GitHttpServer,
  startGitHttp,
} from '../../../tests/support/git-http.ts';
import { readStatusOf } from '../../../tests/support/lane-run.ts';
import {
  countCommits,
  readEntries,
  verifyPlatform,
} from '../../../tests/support/platform-log.ts';
import {
  makeServicePlatform,
  type ServicePlatform,
} from '../../../tests/support/service-platform.ts';
import {
  dispatchEvent,
  makeStepRun,
  pushEvent,
} from '../../../tests/support/step-run.ts';
import type { RunContext } from '../../adapters/run-context.ts';
import { APPLY } from '../../lanes/apply-lane.ts';
import { type LaneStepResult, runLane } from '../../lanes/run-lane.ts';
import { STEPS } from '../../lanes/steps.ts';
import type { LaneEvent } from '../../model/event.ts';

const REASON = 'DNS is down and the reviewer is asleep';

const REPOSITORY = 'acme/platform';
const TOKEN = 'token-of-the-job';

let platform: ServicePlatform;
let forge: GitHttpServer;
let api: ForgeApi;
let base: string;
let sha: string;
beforeEach(async () => {
  platform = makeServicePlatform({
    more: 'approval: {not_counted: [deploy-*]}',
  });
  const root = join(platform.root, 'forge');
  mkdirSync(join(root, 'acme'), { recursive: true });
  symlinkSync(platform.remote, join(root, REPOSITORY));
  api = makeForgeApi(REPOSITORY, TOKEN);
  forge = await startGitHttp({ root, token: TOKEN, route: api.route });
  base = platform.git('rev-parse', 'HEAD');
  sha = platform.commit(platform.module('web'));
});
afterEach(async () => {
  await forge.close();
  platform.close();
});

interface LaneOptions {
  readonly inputs?: Readonly<Record<string, string>>;
  readonly event?: LaneEvent;
  readonly context?: Partial<RunContext>;
  readonly steps?: (typeof APPLY)['steps'];
}

/** The lane in a job of a forge. */
async function run(options: LaneOptions = {}) {
  const { event = dispatchEvent(sha), steps = APPLY.steps } = options;
  const { ports } = makeStepRun(platform, event);
  const context: RunContext = {
    ...ports.context,
    flavour: 'forgejo',
    repository: REPOSITORY,
    serverUrl: forge.url,
    remoteAddress: `${forge.url}/${REPOSITORY}`,
    apiUrl: `${forge.url}/api/v1`,
    ...options.context,
  };
  const given = {
    ...{ module: 'web', sha, break_glass_reason: REASON },
    ...options.inputs,
  };
  const defaults = Object.entries(APPLY.inputs).map(
    ([name, { default: text }]) => [name, text] as const,
  );
  const result = await runLane(
    {
      lane: { ...APPLY, steps },
      steps: STEPS,
      inputs: { ...Object.fromEntries(defaults), ...given },
      secrets: {},
      common: { token: TOKEN },
    },
    { ...ports, context },
  );
  const ran = result.steps.flatMap(({ id, outcome }: LaneStepResult) =>
    outcome ? [[id, outcome] as const] : [],
  );
  const codes = ran.map(([id, { verdict }]) => [id, verdict.code] as const);
  return {
    ...{ exitStatus: result.exitStatus, outcomes: Object.fromEntries(ran) },
    codes: Object.fromEntries(codes),
  };
}

it('applies without an approval for a reason, and says so everywhere', async () => {
  const { codes, outcomes } = await run({ inputs: { pr: '7' } });
  expect(codes).toEqual({
    verify: 'approval/break-glass',
    bind: 'approval/break-glass',
    stateful: 'stateful/none',
    plan: 'plan/drift',
    guard: 'plan/drift-allowed',
    apply: 'apply/applied',
    report: 'report/complete',
    comment: 'report/told',
    artifact: 'artifact/unavailable',
  });
  expect(platform.running('web')).toBe('1');
  const glass = { actor: 'ada', reason: REASON };
  for (const id of ['bind', 'apply']) {
    expect(outcomes[id]?.verdict.evidence['break_glass']).toEqual(glass);
  }
  // The forge is told, and never asked.
  expect(api.requests).toEqual([expect.stringMatching(/^POST .*comments$/)]);
  expect(api.state.comments[0]?.body).toContain('BREAK-GLASS');
  expect(api.state.comments[0]?.body).toContain(REASON);
  expect(outcomes['verify']?.warning).toBe(true);
  expect(readStatusOf(platform, 'web')).toMatchObject({
    last_apply_sha: sha,
    last_apply_pr: null,
    approved_sha: null,
    break_glass_reason: REASON,
  });
  expect(readEntries(platform).map(({ kind }) => kind)).toEqual([
    ...['note', 'break-glass', 'intent', 'result'],
  ]);
  expect(readEntries(platform)[1]?.body).toMatchObject({
    ...{ module: 'web', sha, reason: REASON },
    by: { actor: 'ada', account: 'person', event: 'workflow_dispatch' },
  });
  expect((await verifyPlatform(platform)).verdict).toBe('consistent');
  // One commit says what is about to be done and how, another how it ended.
  expect(countCommits(platform)).toBe(2);
});

it('refuses anybody but a person, a word in place of a reason, and a commit from elsewhere', async () => {
  const { git } = platform;
  const stray = git('commit-tree', '-p', sha, '-m', 'x', 'HEAD^{tree}');
  const refused: readonly [string, LaneOptions][] = [
    ['approval/break-glass-not-a-person', { context: { actor: 'deploy-1' } }],
    ['approval/break-glass-not-a-person', { event: pushEvent(base, sha) }],
    ['approval/break-glass-reason', { inputs: { break_glass_reason: 'fire' } }],
    ['approval/not-on-base', { inputs: { sha: stray } }],
    ['approval/malformed-sha', { inputs: { sha: '', pr: '1' } }],
  ];
  for (const [code, options] of refused) {
    const { codes, exitStatus } = await run(options);
    expect(codes).toMatchObject({ verify: code });
    expect(codes).not.toHaveProperty('plan');
    expect(exitStatus).toBe(code === 'approval/malformed-sha' ? 2 : 6);
  }
  expect(platform.isUntouched()).toBe(true);
});

it('skips nothing else: the apply itself wants the reason, and a checkout that is verified', async () => {
  const unasked = APPLY.steps.map((step) => {
    const { 'break-glass-reason': _reason, ...rest } = step.with;
    return step.id === 'apply' ? { ...step, with: rest } : step;
  });
  expect((await run({ steps: unasked })).codes).toMatchObject({
    apply: 'apply/gate-missing',
  });
  const newer = platform.commit({ 'README.md': 'newer\n' });
  const elsewhere = await run({ event: dispatchEvent(newer) });
  expect(elsewhere.codes).toMatchObject({
    verify: 'approval/break-glass',
    apply: 'apply/gate-missing',
  });
  const db = platform.commit(
    platform.module('db', { manifest: 'stateful: true' }),
  );
  const stateful = await run({
    event: dispatchEvent(db),
    inputs: { module: 'db', sha: db },
  });
  expect(stateful.codes).toMatchObject({ stateful: 'stateful/blocked' });
  expect(platform.isUntouched()).toBe(true);
});
