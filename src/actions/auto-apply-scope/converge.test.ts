import { afterEach, describe, expect, it } from 'vitest';
import type { Platform } from '../../../tests/support/platform.ts';
import {
  makeScopePlatform,
  manifestText,
  moduleFiles,
  policyText,
  pushAndScope,
  recordApplied,
  runScope,
  treeOf,
} from '../../../tests/support/scope-run.ts';
import { dispatchEvent, makeStepRun } from '../../../tests/support/step-run.ts';
import { readModuleFacts } from '../../repository/module-facts.ts';
import { readSubject } from '../../repository/subject.ts';

let platform: Platform;
afterEach(() => platform.close());

describe('a module whose content is not what was last applied', () => {
  it('is taken along by the next push', async () => {
    platform = makeScopePlatform();
    await recordApplied(platform, ['site', 'feed']);
    platform.commit({ 'modules/site/content': 'dropped run' });
    const found = await pushAndScope(platform, { 'modules/feed/content': '2' });
    expect(found).toMatchObject({
      modules: ['feed', 'site'],
      eligible: ['feed', 'site'],
    });
    expect(found.verdict.evidence['candidates']).toEqual({
      count: 2,
      first: [
        { module: 'feed', because: 'changed' },
        { module: 'site', because: 'lags-behind' },
      ],
    });
    expect(found.verdict.evidence['never_applied']).toEqual({
      count: 1,
      first: ['book'],
    });
  });

  it('is none where it was never applied, and that is told', async () => {
    platform = makeScopePlatform();
    platform.commit({ 'modules/site/content': '2' });
    const found = await pushAndScope(platform, { 'modules/feed/content': '2' });
    expect(found.modules).toEqual(['feed']);
    expect(found.verdict.evidence['never_applied']).toMatchObject({ count: 3 });
  });

  it('is none where an apply never succeeded', async () => {
    platform = makeScopePlatform();
    await recordApplied(platform, ['site'], {
      last_apply_result: 'failed',
      tree: null,
      last_apply_sha: null,
      attempted_tree: 'a'.repeat(64),
    });
    const found = await pushAndScope(platform, { 'modules/feed/content': '2' });
    expect(found.modules).toEqual(['feed']);
  });

  it('counts what it shares, by the policy of before', async () => {
    platform = makeScopePlatform(
      { ...moduleFiles('site'), ...moduleFiles('feed'), 'shared/css': '1' },
      policyText('shared: {"shared/**": [site]}\n'),
    );
    const sha = platform.git('rev-parse', 'HEAD');
    const tree = treeOf(platform, sha, 'modules/site', 'shared');
    await recordApplied(platform, ['site'], { tree });
    const found = await pushAndScope(platform, { 'modules/feed/content': '2' });
    expect(found.modules).toEqual(['feed']);
    expect(await pushAndScope(platform, { 'shared/css': '2' })).toMatchObject({
      eligible: ['site'],
    });
  });

  it('self-change: is held where its range holds a control change', async () => {
    platform = makeScopePlatform();
    await recordApplied(platform, ['site', 'feed']);
    platform.commit({ 'modules/site/content': 'dropped run' });
    platform.commit({ '.forgejo/workflows/x.yml': 'on: push' });
    // Taken back at once: the range holds it all the same.
    platform.commit({ '.forgejo/workflows/x.yml': null });
    const found = await pushAndScope(platform, { 'modules/feed/content': '2' });
    expect(found).toMatchObject({
      eligible: ['feed'],
      blocked: ['site scope/control-change'],
    });
  });

  it('self-change: goes on where the control change lies before its apply', async () => {
    platform = makeScopePlatform();
    platform.commit({ '.forgejo/workflows/x.yml': 'on: push' });
    await recordApplied(platform, ['site']);
    platform.commit({ 'modules/site/content': 'dropped run' });
    const found = await pushAndScope(platform, { 'modules/feed/content': '2' });
    expect(found.eligible).toEqual(['feed', 'site']);
  });

  it('is held where a commit of its range was beyond the limits', async () => {
    platform = makeScopePlatform(
      { ...moduleFiles('site'), ...moduleFiles('feed') },
      policyText('limits: {max_deleted_files: 1}\n'),
    );
    platform.commit({ 'modules/site/a': '1', 'modules/site/b': '1' });
    await recordApplied(platform, ['site', 'feed']);
    const many = { 'modules/site/a': null, 'modules/site/b': null };
    expect(await pushAndScope(platform, many)).toMatchObject({
      code: 'scope/too-many-files',
      exit: 4,
    });
    const found = await pushAndScope(platform, { 'modules/feed/content': '2' });
    expect(found).toMatchObject({
      eligible: ['feed'],
      blocked: ['site scope/too-many-files'],
    });
    const event = dispatchEvent(platform.git('rev-parse', 'HEAD'));
    expect(await runScope(platform, event, { module: 'site' })).toMatchObject({
      eligible: ['site'],
    });
  });

  it('is stateful if it was where it was last applied', async () => {
    platform = makeScopePlatform();
    await recordApplied(platform, ['book']);
    platform.commit({ 'modules/book/module.yaml': manifestText('book') });
    const found = await pushAndScope(platform, { 'modules/book/content': '2' });
    expect(found).toMatchObject({ blocked: ['book scope/stateful'] });
  });

  it('has another identity where the host of the record differs', async () => {
    platform = makeScopePlatform();
    await recordApplied(platform, ['site'], { last_apply_host: 'there' });
    const found = await pushAndScope(platform, { 'modules/site/content': '2' });
    expect(found).toMatchObject({ blocked: ['site scope/identity-change'] });
  });

  it('is told on every push once it is gone', async () => {
    platform = makeScopePlatform();
    await recordApplied(platform, ['site']);
    platform.commit({ 'modules/site/module.yaml': null });
    const found = await pushAndScope(platform, { 'modules/feed/content': '2' });
    expect(found).toMatchObject({
      eligible: ['feed'],
      blocked: ['site scope/module-removed'],
    });
  });

  it('is the same one under its new id', async () => {
    platform = makeScopePlatform();
    await recordApplied(platform, ['site']);
    platform.commit({
      'modules/site/module.yaml': null,
      'modules/site/content': null,
      ...moduleFiles('pages', 'renamed_from: site'),
    });
    const found = await pushAndScope(platform, { 'modules/feed/content': '2' });
    expect(found).toMatchObject({
      eligible: ['feed'],
      blocked: ['pages scope/identity-change'],
    });
  });
});

describe('a renamed module', () => {
  it('is none while the one it was still exists', async () => {
    platform = makeScopePlatform();
    await recordApplied(platform, ['book']);
    expect(
      await pushAndScope(platform, moduleFiles('thief', 'renamed_from: book')),
    ).toMatchObject({ code: 'scope/invalid-manifest', exit: 2 });
  });

  it('leaves nothing to tell once it was applied under its new id', async () => {
    platform = makeScopePlatform();
    await recordApplied(platform, ['site']);
    platform.commit({
      'modules/site/module.yaml': null,
      'modules/site/content': null,
      ...moduleFiles('pages', 'renamed_from: site'),
    });
    await recordApplied(platform, ['pages']);
    expect(
      await pushAndScope(platform, { 'modules/feed/content': '2' }),
    ).toMatchObject({ modules: ['feed'], blocked: [] });
  });
});

describe('history-rewritten', () => {
  it('history-rewritten: the commit last applied is no ancestor', async () => {
    platform = makeScopePlatform();
    platform.commit({ 'modules/site/content': 'lost' });
    await recordApplied(platform, ['site']);
    platform.git('reset', '-q', '--hard', 'HEAD~1');
    platform.git('push', '-q', '-f', 'origin', 'main');
    platform.commit({ 'modules/feed/content': '2' });
    const rewritten = { code: 'scope/history-rewritten', exit: 4 };
    expect(
      await pushAndScope(platform, { 'modules/feed/content': '3' }),
    ).toMatchObject({ ...rewritten, eligible: [] });
    const head = platform.git('rev-parse', 'HEAD');
    expect(
      await runScope(platform, dispatchEvent(head), { module: 'site' }),
    ).toMatchObject({ ...rewritten, eligible: [] });
    expect(
      await runScope(platform, dispatchEvent(head), { module: 'feed' }),
    ).toMatchObject({ code: 'scope/eligible' });
  });

  it('history-rewritten: the commit last applied is nowhere', async () => {
    platform = makeScopePlatform();
    const tree = 'a'.repeat(64);
    await recordApplied(platform, ['site'], {
      last_apply_sha: 'f'.repeat(40),
      tree,
      attempted_tree: tree,
    });
    expect(
      await pushAndScope(platform, { 'modules/feed/content': '2' }),
    ).toMatchObject({ code: 'scope/history-rewritten', exit: 4 });
  });
});

describe('a dispatch', () => {
  it('without a module takes every one that lags behind', async () => {
    platform = makeScopePlatform();
    await recordApplied(platform, ['site', 'feed']);
    const head = platform.commit({ 'modules/site/content': '2' });
    expect(await runScope(platform, dispatchEvent(head))).toMatchObject({
      code: 'scope/eligible',
      eligible: ['site'],
    });
    await recordApplied(platform, ['site']);
    expect(await runScope(platform, dispatchEvent(head))).toMatchObject({
      code: 'scope/nothing-to-apply',
      exit: 0,
    });
  });

  it('fails for a stateful module, and reports it where that is asked for', async () => {
    platform = makeScopePlatform();
    const head = platform.git('rev-parse', 'HEAD');
    const event = dispatchEvent(head);
    expect(await runScope(platform, event, { module: 'book' })).toMatchObject({
      ...{ code: 'scope/stateful', exit: 4, eligible: [] },
      ...{ modules: ['book'], stateful: ['book'] },
    });
    const inputs = { module: 'book', 'on-blocked': 'report' };
    expect(await runScope(platform, event, inputs)).toMatchObject({
      ...{ code: 'scope/nothing-to-apply', exit: 0, modules: ['book'] },
      ...{ eligible: [], blocked: ['book scope/stateful'] },
    });
  });

  it('lets a person have a module that opted out, by name only', async () => {
    platform = makeScopePlatform(moduleFiles('site', 'auto_apply: false'));
    await recordApplied(platform, ['site']);
    const head = platform.commit({ 'modules/site/content': '2' });
    const event = dispatchEvent(head);
    expect(await runScope(platform, event)).toMatchObject({
      code: 'scope/opted-out',
    });
    expect(await runScope(platform, event, { module: 'site' })).toMatchObject({
      eligible: ['site'],
    });
  });

  it('knows no module that is none', async () => {
    platform = makeScopePlatform();
    const event = dispatchEvent(platform.git('rev-parse', 'HEAD'));
    expect(await runScope(platform, event, { module: 'nobody' })).toMatchObject(
      {
        code: 'scope/unknown-module',
        exit: 2,
        modules: [],
      },
    );
  });
});

it('facts and scope see the same tree', async () => {
  platform = makeScopePlatform();
  const head = platform.git('rev-parse', 'HEAD');
  const { ports } = makeStepRun(platform, dispatchEvent(head));
  const subject = await readSubject(ports, {
    workingDirectory: '.',
    policyPath: '.platform/gates.yaml',
  });
  const facts = await readModuleFacts(subject, ['site', 'book'], new Map());
  expect(facts.get('site')).toMatchObject({
    tree: treeOf(platform, head, 'modules/site'),
    stateful: false,
  });
  expect(facts.get('book')).toMatchObject({ stateful: true });
});
