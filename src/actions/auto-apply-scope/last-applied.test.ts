import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Platform } from '../../../tests/support/platform.ts';
import {
  makeScopePlatform,
  manifestText,
  moduleFiles,
  policyText,
  pushOf,
  recordApplied,
  runScope,
} from '../../../tests/support/scope-run.ts';
import { dispatchEvent, makeStepRun } from '../../../tests/support/step-run.ts';
import type { LaneEvent } from '../../model/event.ts';
import { statefulGateStep } from '../stateful-gate/run.ts';

let platform: Platform;
afterEach(() => platform.close());

/** What the stateful gate says by itself about book. */
async function judgeBook(event: LaneEvent): Promise<string> {
  const run = makeStepRun(platform, event);
  const inputs = { modules: '["book"]', 'allow-stateful': 'false' };
  return (await run.run(statefulGateStep, inputs)).verdict.code;
}

describe('a module that was stateful where it was last applied', () => {
  it('declares-itself-stateless: a record that points before the module was there makes it no stateless one', async () => {
    platform = makeScopePlatform(moduleFiles('site'));
    const first = platform.git('rev-parse', 'HEAD');
    platform.commit(moduleFiles('book', 'stateful: true'));
    const before = platform.commit({
      'modules/book/module.yaml': manifestText('book'),
    });
    await recordApplied(platform, ['book'], { last_apply_sha: first });
    const event = pushOf(before, platform.commit({ 'modules/book/x': '1' }));
    expect(await runScope(platform, event)).toMatchObject({
      eligible: [],
      blocked: ['book scope/stateful'],
    });
    expect(await judgeBook(event)).toBe('stateful/blocked');
  });

  it('declares-itself-stateless: moving the modules folder hides nothing', async () => {
    platform = makeScopePlatform();
    await recordApplied(platform, ['book', 'site']);
    const moved = policyText('modules_dir: services\nignore: ["modules/**"]\n');
    platform.commit({ '.platform/gates.yaml': moved });
    const head = platform.commit({
      modules: null,
      'services/book/module.yaml': manifestText('book'),
      'services/site/module.yaml': manifestText('site'),
    });
    const event = dispatchEvent(head);
    expect(await runScope(platform, event, { module: 'book' })).toMatchObject({
      code: 'scope/stateful',
      eligible: [],
    });
    expect(await judgeBook(event)).toBe('stateful/blocked');
    expect(await runScope(platform, event, { module: 'site' })).toMatchObject({
      eligible: ['site'],
    });
  });

  it('what a partial clone left out is not what was never there', async () => {
    platform = makeScopePlatform();
    const before = platform.git('rev-parse', 'HEAD');
    const oid = platform.git('rev-parse', 'HEAD:modules/book/module.yaml');
    const event = pushOf(
      before,
      platform.commit({ 'modules/book/module.yaml': manifestText('book') }),
    );
    const objects = join(platform.checkout, '.git', 'objects');
    rmSync(join(objects, oid.slice(0, 2), oid.slice(2)));
    expect(await judgeBook(event)).toBe('git/unavailable');
    expect((await runScope(platform, event)).code).toBe('git/unavailable');
  });
});

describe('a module that takes over the folder of another one', () => {
  const taking = {
    'modules/book': null,
    'modules/site/module.yaml': manifestText('site', 'renamed_from: book'),
  };

  it('is stateful if that one was, also where it was applied itself', async () => {
    platform = makeScopePlatform();
    await recordApplied(platform, ['site', 'book']);
    const before = platform.git('rev-parse', 'HEAD');
    const push = pushOf(before, platform.commit(taking));
    const found = await runScope(platform, push);
    expect(found.eligible).toEqual([]);
    expect(found.blocked).toContain('site scope/stateful');
    expect(found.blocked).toContain('site scope/identity-change');
    const gate = makeStepRun(platform, push);
    const inputs = { modules: '["site"]', 'allow-stateful': 'false' };
    expect((await gate.run(statefulGateStep, inputs)).verdict.code).toBe(
      'stateful/blocked',
    );
    const next = platform.commit({ 'modules/site/content': '2' });
    expect(
      await runScope(platform, dispatchEvent(next), { module: 'site' }),
    ).toMatchObject({ code: 'scope/stateful', eligible: [] });
  });

  it('changes its identity when it leaves that folder', async () => {
    platform = makeScopePlatform(moduleFiles('site', 'renamed_from: old'));
    await recordApplied(platform, ['site']);
    const before = platform.git('rev-parse', 'HEAD');
    const leaving = { 'modules/site/module.yaml': manifestText('site') };
    const push = pushOf(before, platform.commit(leaving));
    expect(await runScope(platform, push)).toMatchObject({
      eligible: [],
      blocked: ['site scope/identity-change'],
    });
  });
});
