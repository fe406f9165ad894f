import { existsSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type LaneRun,
  readStatusOf,
  runTestLane,
} from '../../../tests/support/lane-run.ts';
import type { Changes } from '../../../tests/support/platform.ts';
import {
  countCommits,
  readEntries,
  verifyPlatform,
} from '../../../tests/support/platform-log.ts';
import {
  makeServicePlatform,
  type ServicePlatform,
} from '../../../tests/support/service-platform.ts';
import { dispatchEvent, pushEvent } from '../../../tests/support/step-run.ts';
import { planDigest } from '../../model/plan-digest.ts';

let platform: ServicePlatform;
beforeEach(() => {
  platform = makeServicePlatform();
});
afterEach(() => platform.close());

/** Pushes a change and runs the lane for it. */
function push(changes: Changes): Promise<LaneRun> {
  const before = platform.git('rev-parse', 'HEAD');
  const after = platform.commit(changes);
  return runTestLane(platform, pushEvent(before, after));
}

function dispatch(inputs: Record<string, string>): Promise<LaneRun> {
  platform.git('fetch', '-q', 'origin');
  const head = platform.git('rev-parse', 'HEAD');
  return runTestLane(platform, dispatchEvent(head, inputs));
}

const applied = (run: LaneRun) => run.outcome('apply')?.outputs;

describe('module-apply', () => {
  it('applies what was pushed and puts it on record', async () => {
    const run = await push(platform.module('web'));
    expect(run.code('apply')).toBe('apply/applied');
    expect(run.exitStatus).toBe(0);
    expect(applied(run)).toMatchObject({
      applied: '["web"]',
      noop: '[]',
      failed: '[]',
      'not-attempted': '[]',
      status: '[".platform/state/modules/web.status.json"]',
    });
    expect(platform.running('web')).toBe('1');
    const head = platform.git('rev-parse', 'HEAD');
    const status = readStatusOf(platform, 'web');
    expect(status).toMatchObject({
      module: 'web',
      last_apply_result: 'applied',
      last_apply_sha: head,
      attempted_sha: head,
      last_apply_host: 'here',
      last_apply_actor: 'ada',
      last_apply_returncode: 0,
      health: 'healthy',
    });
    const current = join(platform.runtimeRoot, 'web/current');
    expect(readlinkSync(current)).toBe(`releases/${status?.tree}`);
  });

  it('writes the intent before and the result after', async () => {
    const run = await push(platform.module('web'));
    const kinds = run.ports.verdicts
      .read()
      .filter((entry) => entry.step === 'module-apply')
      .map((entry) => entry.kind);
    expect(kinds).toEqual(['intent', 'result', 'verdict']);
  });

  it('puts on record who does what, in two commits of its own however many modules', async () => {
    // A lease that is long enough is not renewed meanwhile.
    platform.close();
    platform = makeServicePlatform({ more: 'state: {lease: 15m}' });
    await push({
      ...platform.module('api'),
      ...platform.module('broken', { version: 'broken' }),
      ...platform.module('web'),
    });
    // The third is the refusal, from the report at the end.
    expect(countCommits(platform)).toBe(3);
    const entries = readEntries(platform);
    const modules = ['api', 'broken', 'web'];
    const told = entries.map(({ kind, body }) => [kind, body['module']]);
    expect(told.slice(1)).toEqual([
      ...modules.map((module) => ['intent', module]),
      ...modules.map((module) => ['result', module]),
      ['refusal', undefined],
    ]);
    const web = readStatusOf(platform, 'web');
    const about = {
      module: 'web',
      host: 'here',
      sha: platform.git('rev-parse', 'HEAD'),
      tree: web?.tree,
      plan_digest: web?.plan_digest,
      attempt: web?.attempt,
      by: { actor: 'ada', account: 'person', event: 'push' },
    };
    expect(entries[3]?.body).toMatchObject({
      ...about,
      authors: ['Ada'],
      approvals: null,
      gates: { 'plan-noop-guard': 'plan/drift-allowed' },
    });
    expect(entries[6]?.body).toMatchObject({
      ...{ ...about, result: 'applied', health: 'healthy', code: null },
    });
    expect(entries[5]?.body).toMatchObject({
      ...{ result: 'failed', code: 'apply/failed' },
    });
    expect((await verifyPlatform(platform)).verdict).toBe('consistent');
  });

  it('keeps the plan that the status names, with its digest', async () => {
    await push(platform.module('web'));
    const digest = readStatusOf(platform, 'web')?.plan_digest ?? '';
    const path = `state/plans/web/${digest.replace('sha256:', '')}.json`;
    const text = platform.readRemote('platform-state', path) ?? '';
    expect(planDigest(JSON.parse(text))).toBe(digest);
  });

  it('does nothing twice, says since when, and leaves its status', async () => {
    await push(platform.module('web'));
    const tip = platform.readRemote('platform-state', statusOf('web'));
    for (const _ of [1, 2]) {
      const run = await dispatch({ module: 'web' });
      expect(run.code('apply')).toBe('apply/noop');
      expect(applied(run)).toMatchObject({ noop: '["web"]', status: '[]' });
      expect(run.outcome('apply')?.verdict.reason).toMatch(
        /already applied \d{4}-\d\d-\d\d \(run \d+\): nothing to do/,
      );
    }
    expect(platform.readRemote('platform-state', statusOf('web'))).toBe(tip);
    expect(platform.applies('web')).toEqual(['1']);
  });

  it("takes up a module that is live and on nobody's record", async () => {
    await push(platform.module('web'));
    const remove = ['push', '-q', 'origin', ':refs/heads/platform-state'];
    platform.git(...remove);
    rmSync(join(platform.runtimeRoot, '.checkpoint'));
    const run = await dispatch({ module: 'web' });
    expect(run.code('apply')).toBe('apply/noop');
    expect(readStatusOf(platform, 'web')?.last_apply_result).toBe('noop');
    expect(platform.applies('web')).toEqual(['1']);
  });

  it('says where a module is in sync and not healthy', async () => {
    const sick = join(platform.services, 'sick');
    const health = `[ ! -e ${sick} ] || exit 1`;
    await push(platform.module('web', { scripts: { health } }));
    writeFileSync(sick, '');
    const run = await dispatch({ module: 'web' });
    expect(run.code('apply')).toBe('apply/unhealthy');
    expect(platform.applies('web')).toEqual(['1']);
    expect(readStatusOf(platform, 'web')).toMatchObject({
      last_apply_result: 'failed',
      health: 'unhealthy',
      last_apply_sha: platform.git('rev-parse', 'HEAD'),
    });
    rmSync(sick);
    const again = await dispatch({ module: 'web' });
    expect(again.code('apply')).toBe('apply/noop');
    expect(readStatusOf(platform, 'web')?.health).toBe('healthy');
  });

  it('returns to the release before where the new one is not healthy', async () => {
    await push(platform.module('web'));
    const good = readStatusOf(platform, 'web');
    const run = await push({ 'modules/web/version': 'broken\n' });
    expect(run.code('apply')).toBe('apply/rolled-back');
    expect(run.exitStatus).toBe(7);
    expect(applied(run)).toMatchObject({ 'rolled-back': '["web"]' });
    expect(platform.running('web')).toBe('1');
    expect(readStatusOf(platform, 'web')).toMatchObject({
      last_apply_result: 'rolled_back',
      tree: good?.tree,
      last_apply_sha: good?.last_apply_sha,
      attempted_sha: platform.git('rev-parse', 'HEAD'),
      health: 'healthy',
    });
  });

  it('stops what a first apply that fails made', async () => {
    const run = await push(platform.module('web', { version: 'broken' }));
    expect(run.code('apply')).toBe('apply/failed');
    expect(platform.running('web')).toBeUndefined();
    expect(existsSync(join(platform.runtimeRoot, 'web/current'))).toBe(false);
    expect(readStatusOf(platform, 'web')).toMatchObject({
      last_apply_result: 'failed',
      tree: null,
      last_apply_sha: null,
    });
  });

  it('holds up what depends on a failed module, and nothing else', async () => {
    const run = await push({
      ...platform.module('a-needs-b', { dependsOn: ['b'] }),
      ...platform.module('b', { version: 'failing' }),
      ...platform.module('c-needs-a', { dependsOn: ['a-needs-b'] }),
      ...platform.module('d'),
    });
    expect(run.exitStatus).toBe(7);
    expect(applied(run)).toMatchObject({
      applied: '["d"]',
      failed: '["b"]',
      'not-attempted': '["a-needs-b","c-needs-a"]',
    });
    const codes = run
      .outcome('apply')
      ?.verdict.findings.map((each) => [each.module, each.code]);
    expect(codes).toEqual([
      ['b', 'apply/failed'],
      ['a-needs-b', 'apply/dependency-failed'],
      ['c-needs-a', 'apply/dependency-failed'],
    ]);
    expect(platform.running('d')).toBe('1');
    expect(readStatusOf(platform, 'd')?.last_apply_result).toBe('applied');
    expect(readStatusOf(platform, 'a-needs-b')).toBeUndefined();
  });

  it('applies a dependency first', async () => {
    const run = await push({
      ...platform.module('a', { dependsOn: ['b'] }),
      ...platform.module('b', { scripts: { apply: 'sleep 0' } }),
    });
    expect(applied(run)).toMatchObject({ applied: '["b","a"]' });
  });
});

function statusOf(module: string): string {
  return `.platform/state/modules/${module}.status.json`;
}
