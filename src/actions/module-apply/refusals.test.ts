import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readStatusOf, runTestLane } from '../../../tests/support/lane-run.ts';
import {
  makeServicePlatform,
  renderPolicy,
  type ServicePlatform,
} from '../../../tests/support/service-platform.ts';
import {
  makeRehearsal,
  makeStepRun,
  pushEvent,
  type StepRun,
} from '../../../tests/support/step-run.ts';
import { STEPS } from '../../lanes/steps.ts';
import { planDigest } from '../../model/plan-digest.ts';
import { passVerdict } from '../../model/verdict.ts';
import { moduleApplyStep } from './run.ts';

const BEFORE_APPLY = [
  'auto-apply-scope',
  'stateful-gate',
  'approved-sha-verify',
  'module-plan',
  'plan-noop-guard',
];

let platform: ServicePlatform;
let before: string;
let after: string;

beforeEach(() => {
  platform = makeServicePlatform();
  before = platform.git('rev-parse', 'HEAD');
  after = platform.commit(platform.module('web'));
});
afterEach(() => {
  expect(platform.applies('web')).toEqual([]);
  expect(readStatusOf(platform, 'web')).toBeUndefined();
  platform.close();
});

/** Runs steps of a push by hand, as a workflow of somebody else might. */
async function runSteps(names: readonly string[]): Promise<StepRun> {
  const run = makeRehearsal(platform, pushEvent(before, after));
  for (const name of names) {
    const step = STEPS.get(name);
    if (!step) throw new Error(name);
    const modules = name === 'auto-apply-scope' ? {} : { modules: '["web"]' };
    const drift = name === 'plan-noop-guard' ? { 'require-noop': 'false' } : {};
    const outcome = await run.run(step, { ...modules, ...drift });
    expect(outcome.verdict.decision, outcome.verdict.reason).toBe('pass');
  }
  return run;
}

async function applyAfter(run: StepRun, inputs = {}) {
  const given = { modules: '["web"]', ...inputs };
  return (await run.run(moduleApplyStep, given)).verdict;
}

const planPath = (run: StepRun) =>
  join(run.ports.context.folder(), 'plans/web.plan.json');

describe('a gate that is missing', () => {
  it.each(BEFORE_APPLY.filter((name) => name !== 'module-plan'))(
    'refuses without %s',
    async (gate) => {
      const run = await runSteps(BEFORE_APPLY.filter((name) => name !== gate));
      const verdict = await applyAfter(run);
      expect(verdict.findings).toMatchObject([{ code: 'apply/gate-missing' }]);
      expect(verdict.reason).toContain(gate);
    },
  );

  it('refuses where nothing ran at all, and names every gate', async () => {
    const verdict = await applyAfter(await runSteps([]));
    expect(verdict.code).toBe('apply/gate-missing');
    expect(verdict.findings).toHaveLength(4);
  });

  it('refuses other modules than the gates spoke of', async () => {
    const run = await runSteps(BEFORE_APPLY);
    platform.commit(platform.module('other'));
    const verdict = await applyAfter(run, { modules: '["web","other"]' });
    expect(verdict.decision).toBe('refuse');
  });

  it('refuses a pass that another job left', async () => {
    await runSteps(BEFORE_APPLY);
    const verdict = await applyAfter(await runSteps([]));
    expect(verdict.code).toBe('apply/gate-missing');
  });
});

describe('plans', () => {
  it('refuses an edited plan', async () => {
    const run = await runSteps(BEFORE_APPLY);
    const text = readFileSync(planPath(run), 'utf8');
    writeFileSync(planPath(run), text.replace('update', 'create'));
    expect((await applyAfter(run)).code).toBe('plan/digest-mismatch');
  });

  it('refuses a plan that was swapped for another whole one', async () => {
    const run = await runSteps(BEFORE_APPLY);
    const { digest: _, ...plan } = JSON.parse(
      readFileSync(planPath(run), 'utf8'),
    );
    const swapped = { ...plan, release_update: true };
    const sealed = { ...swapped, digest: planDigest(swapped) };
    writeFileSync(planPath(run), JSON.stringify(sealed));
    expect((await applyAfter(run)).code).toBe('plan/digest-mismatch');
  });

  it("refuses where the plan is gone, or somebody else's is there too", async () => {
    const run = await runSteps(BEFORE_APPLY);
    const text = readFileSync(planPath(run), 'utf8');
    const other = planPath(run).replace('web', 'other');
    writeFileSync(other, text);
    expect((await applyAfter(run)).code).toBe('plan/missing');
    writeFileSync(other, '{}');
    expect((await applyAfter(run)).code).toBe('plan/malformed');
  });

  it('refuses drift where only a noop may go on', async () => {
    const run = await runSteps(BEFORE_APPLY);
    const verdict = await applyAfter(run, { 'require-noop': 'true' });
    expect(verdict.code).toBe('plan/drift-refused');
  });

  it('replan-differs: refuses what the host shows otherwise by then', async () => {
    const run = await runSteps(BEFORE_APPLY);
    writeFileSync(join(platform.services, 'web'), '1\n');
    expect((await applyAfter(run)).code).toBe('apply/plan-changed');
  });
});

describe('what nobody may do', () => {
  it('ref-moves-between-steps: applies nothing once main moved on', async () => {
    const run = await runSteps(BEFORE_APPLY);
    platform.commit({ 'modules/web/version': '2\n' });
    const verdict = await applyAfter(run);
    expect(verdict).toMatchObject({
      decision: 'pass',
      code: 'scope/superseded',
      modules: [],
    });
  });

  it('declares-itself-stateless: refuses it by itself on a push', async () => {
    before = platform.commit(
      platform.module('web', { manifest: 'stateful: true' }),
    );
    after = platform.commit(platform.module('web', { version: '2' }));
    const run = makeStepRun(platform, pushEvent(before, after));
    // What broken gates would have to say for it to get this far.
    for (const gate of [
      'auto-apply-scope',
      'stateful-gate',
      'approved-sha-verify',
      'plan-noop-guard',
    ]) {
      run.ports.verdicts.appendVerdict(
        gate,
        passVerdict({ gate, sha: after }, 'stateful/none', 'forged', {
          modules: ['web'],
        }),
      );
    }
    expect((await applyAfter(run)).code).toBe('stateful/blocked');
  });

  it('event-gate: refuses a pull request', async () => {
    const run = makeStepRun(platform, {
      name: 'pull_request',
      number: 1,
      base: before,
      head: after,
      baseRef: 'main',
      fork: false,
      defaultBranch: 'main',
    });
    const verdict = await applyAfter(run);
    expect(verdict.code).toBe('scope/event-not-supported');
  });

  it.each([
    ['modules', ''],
    ['modules', '["web","web"]'],
    ['require-noop', 'True'],
    ['sha', 'HEAD'],
  ])('refuses the input %s: %j', async (name, value) => {
    const run = await runSteps([]);
    expect((await applyAfter(run, { [name]: value })).code).toBe(
      'input/malformed',
    );
  });

  it('has nothing to do without modules', async () => {
    const verdict = await applyAfter(await runSteps([]), { modules: '[]' });
    expect(verdict).toMatchObject({ decision: 'pass', code: 'apply/noop' });
  });
});

describe('mode: observe', () => {
  it('says what it would have done, and does not do it', async () => {
    platform.close();
    platform = makeServicePlatform({ mode: 'observe' });
    before = platform.git('rev-parse', 'HEAD');
    after = platform.commit(platform.module('web'));
    const run = await runTestLane(platform, pushEvent(before, after));
    expect(run.exitStatus).toBe(0);
    expect(run.outcome('apply')?.verdict).toMatchObject({
      decision: 'pass',
      code: 'apply/observed',
      findings: [{ module: 'web', code: 'apply/observed' }],
    });
    expect(run.outcome('apply')?.verdict.reason).toContain('command/web');
    const steps = run.ports.verdicts.read().map((entry) => entry.kind);
    expect(new Set(steps)).toEqual(new Set(['verdict']));
  });

  it('of one host leaves the others to be applied', async () => {
    platform.close();
    platform = makeServicePlatform();
    const hosts = `  watched: {transport: local, mode: observe, runtime_root: ${platform.root}/watched}`;
    platform.commit({
      '.platform/gates.yaml': renderPolicy(platform.runtimeRoot, { hosts }),
    });
    before = platform.git('rev-parse', 'HEAD');
    after = platform.commit({
      ...platform.module('seen', { host: 'watched' }),
      ...platform.module('after-seen', { dependsOn: ['seen'] }),
      ...platform.module('free'),
    });
    const run = await runTestLane(platform, pushEvent(before, after));
    const { outputs, verdict } = run.outcome('apply') ?? {};
    expect(outputs).toMatchObject({ applied: '["free"]', failed: '[]' });
    expect(verdict?.code).toBe('apply/applied');
    expect(verdict?.findings.map((each) => each.module).sort()).toEqual([
      'after-seen',
      'seen',
    ]);
    expect(platform.running('after-seen')).toBeUndefined();
  });
});
