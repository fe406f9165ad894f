import { afterEach, expect, it } from 'vitest';
import type { Platform } from '../../../tests/support/platform.ts';
import {
  makeScopePlatform,
  pushAndScope,
  recordApplied,
  runScope,
  treeOf,
} from '../../../tests/support/scope-run.ts';
import { dispatchEvent } from '../../../tests/support/step-run.ts';
import type { Status } from '../../model/status.ts';

let platform: Platform;
afterEach(() => platform.close());

/** Status of a module of which head is live, and which ended like this. */
const ended = (result: Status['last_apply_result']) =>
  recordApplied(platform, ['site'], { last_apply_result: result });

it.each(['failed', 'unknown'] as const)(
  'takes along what is live at head, where its attempt ended as %s',
  async (result) => {
    platform = makeScopePlatform();
    await ended(result);
    const dispatch = dispatchEvent(platform.git('rev-parse', 'HEAD'));
    expect((await runScope(platform, dispatch)).modules).toEqual(['site']);
    const found = await pushAndScope(platform, { 'modules/feed/content': '2' });
    expect(found.modules).toEqual(['feed', 'site']);
  },
);

it.each(['applied', 'noop', 'rolled_back'] as const)(
  'has nothing to do where head is live and the attempt ended as %s',
  async (result) => {
    platform = makeScopePlatform();
    await ended(result);
    const dispatch = dispatchEvent(platform.git('rev-parse', 'HEAD'));
    expect(await runScope(platform, dispatch)).toMatchObject({
      code: 'scope/nothing-to-apply',
    });
  },
);

it.each(['failed', 'rolled_back'] as const)(
  'offers no push the content that %s, but other content, and a person both',
  async (result) => {
    platform = makeScopePlatform();
    await recordApplied(platform, ['site']);
    const good = platform.git('rev-parse', 'HEAD');
    const live = treeOf(platform, good, 'modules/site');
    platform.commit({ 'modules/site/content': 'bad' });
    await recordApplied(platform, ['site'], {
      last_apply_result: result,
      last_apply_sha: good,
      tree: live,
    });
    const feed = await pushAndScope(platform, { 'modules/feed/content': '2' });
    expect(feed).toMatchObject({
      eligible: ['feed'],
      blocked: ['site scope/failed-before'],
    });
    const dispatch = dispatchEvent(platform.git('rev-parse', 'HEAD'));
    expect((await runScope(platform, dispatch)).eligible).toEqual(['site']);
    const better = await pushAndScope(platform, {
      'modules/site/content': 'better',
    });
    expect(better).toMatchObject({ eligible: ['site'], blocked: [] });
  },
);
