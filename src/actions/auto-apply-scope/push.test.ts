import { afterEach, describe, expect, it } from 'vitest';
import type { Platform } from '../../../tests/support/platform.ts';
import {
  makeScopePlatform,
  manifestText,
  moduleFiles,
  policyText,
  pushAndScope,
  pushOf,
  runScope,
} from '../../../tests/support/scope-run.ts';
import { ZERO_SHA } from '../../model/identifiers.ts';

let platform: Platform;
afterEach(() => platform.close());

describe('a push that touches modules', () => {
  it('lets the stateless one go on', async () => {
    platform = makeScopePlatform();
    const found = await pushAndScope(platform, { 'modules/site/content': '2' });
    expect(found).toMatchObject({
      code: 'scope/eligible',
      exit: 0,
      modules: ['site'],
      eligible: ['site'],
      blocked: [],
      count: '1',
    });
    expect(found.verdict.modules).toEqual(['site']);
    expect(found.verdict.sha).toBe(platform.git('rev-parse', 'HEAD'));
  });

  it('reports the stateful one, or fails where that is asked for', async () => {
    platform = makeScopePlatform();
    const changes = {
      'modules/book/content': '2',
      'modules/site/content': '2',
    };
    expect(await pushAndScope(platform, changes)).toMatchObject({
      code: 'scope/eligible',
      modules: ['book', 'site'],
      eligible: ['site'],
      blocked: ['book scope/stateful'],
      stateful: ['book'],
    });
    const again = { 'modules/book/content': '3', 'modules/site/content': '3' };
    expect(
      await pushAndScope(platform, again, { 'on-blocked': 'fail' }),
    ).toMatchObject({ code: 'scope/stateful', exit: 4, eligible: [] });
  });

  it('says so where nothing is to do', async () => {
    platform = makeScopePlatform(
      { ...moduleFiles('site'), 'README.md': '1' },
      policyText('ignore: ["*.md"]\n'),
    );
    const found = await pushAndScope(platform, { 'README.md': '2' });
    expect(found).toMatchObject({
      code: 'scope/nothing-to-apply',
      exit: 0,
      modules: [],
      count: '0',
    });
    expect(found.verdict.evidence['paths']).toEqual({
      looked_at: 1,
      deleted: 0,
    });
  });

  it.each([
    ['opted out', 'auto_apply: false', 'scope/opted-out'],
    ['runs the forge', 'self_hosting: true', 'scope/self-hosting'],
  ])('holds one that %s', async (_name, key, code) => {
    platform = makeScopePlatform(moduleFiles('site', key));
    expect(
      await pushAndScope(platform, { 'modules/site/content': '2' }),
    ).toMatchObject({ exit: 0, eligible: [], blocked: [`site ${code}`] });
  });

  it('holds one that says so no longer', async () => {
    platform = makeScopePlatform(moduleFiles('site', 'auto_apply: false'));
    expect(
      await pushAndScope(platform, {
        'modules/site/module.yaml': manifestText('site'),
      }),
    ).toMatchObject({ blocked: ['site scope/opted-out'] });
  });

  it('declares-itself-stateless: flipping stateful to false changes nothing', async () => {
    platform = makeScopePlatform();
    expect(
      await pushAndScope(platform, {
        'modules/book/module.yaml': manifestText('book'),
      }),
    ).toMatchObject({ eligible: [], blocked: ['book scope/stateful'] });
  });

  it.each([
    ['host', 'host: there'],
    ['driver and project', 'driver: compose\ncompose: {project: another}'],
  ])(
    'declares-itself-stateless: a changed %s is an identity change',
    async (_name, change) => {
      platform = makeScopePlatform();
      expect(
        await pushAndScope(platform, {
          'modules/site/module.yaml': manifestText('site', change),
        }),
      ).toMatchObject({
        eligible: [],
        blocked: ['site scope/identity-change'],
      });
    },
  );

  it.each([
    ['another one', 'compose: {project: another}', ''],
    ['its own name no longer', '', 'compose: {project: another}'],
  ])(
    'declares-itself-stateless: a compose project that is %s is an identity change',
    async (_name, now, before) => {
      const site = (more: string) =>
        moduleFiles('site', `driver: compose\n${more}`);
      platform = makeScopePlatform(site(before));
      const found = await pushAndScope(platform, site(now));
      expect(found).toMatchObject({
        eligible: [],
        blocked: ['site scope/identity-change'],
      });
    },
  );

  it('declares-itself-stateless: so is a renamed module', async () => {
    platform = makeScopePlatform();
    const found = await pushAndScope(platform, {
      'modules/book/module.yaml': null,
      'modules/book/content': null,
      ...moduleFiles('notes', 'renamed_from: book'),
    });
    expect(found.blocked).toEqual([
      'notes scope/stateful',
      'notes scope/identity-change',
    ]);
  });

  it('holds one that is removed, and counts both sides of a rename', async () => {
    platform = makeScopePlatform();
    const found = await pushAndScope(platform, {
      'modules/site/module.yaml': null,
      'modules/site/content': null,
      'modules/feed/moved': 'site\n',
    });
    expect(found).toMatchObject({
      modules: ['feed', 'site'],
      eligible: ['feed'],
      blocked: ['site scope/module-removed'],
    });
  });

  it('counts a change of mode', async () => {
    platform = makeScopePlatform();
    expect(
      await pushAndScope(platform, {
        'modules/site/content': { executable: 'site\n' },
      }),
    ).toMatchObject({ eligible: ['site'] });
  });

  it('reads what a merge brought in against the commit before it', async () => {
    platform = makeScopePlatform();
    const before = platform.git('rev-parse', 'HEAD');
    platform.git('checkout', '-q', '-b', 'change');
    platform.commit({ 'modules/site/content': 'side' });
    platform.git('push', '-q', '-f', 'origin', `${before}:refs/heads/main`);
    platform.git('checkout', '-q', 'main');
    platform.git('merge', '-q', '--no-ff', '--no-edit', 'change');
    const after = platform.commit({});
    expect(await runScope(platform, pushOf(before, after))).toMatchObject({
      eligible: ['site'],
    });
  });

  it('puts dependencies first, and refuses what makes no order', async () => {
    platform = makeScopePlatform({
      ...moduleFiles('api', 'depends_on: [zone]'),
      ...moduleFiles('zone'),
    });
    expect(
      await pushAndScope(platform, {
        'modules/api/content': '2',
        'modules/zone/content': '2',
      }),
    ).toMatchObject({ eligible: ['zone', 'api'] });
    expect(
      await pushAndScope(platform, {
        'modules/zone/module.yaml': manifestText('zone', 'depends_on: [api]'),
      }),
    ).toMatchObject({ code: 'scope/invalid-manifest', exit: 2 });
  });
});

describe('a push that is no range to judge', () => {
  it('the first push has no policy before it', async () => {
    platform = makeScopePlatform();
    const head = platform.git('rev-parse', 'HEAD');
    expect(await runScope(platform, pushOf(ZERO_SHA, head))).toMatchObject({
      code: 'scope/no-policy',
      exit: 2,
    });
  });

  it('the push that brings the policy is not judged by it', async () => {
    platform = makeScopePlatform();
    platform.commit({ '.platform/gates.yaml': null });
    expect(
      await pushAndScope(platform, { '.platform/gates.yaml': policyText() }),
    ).toMatchObject({ code: 'scope/no-policy', exit: 2 });
  });

  it('history-rewritten: a force push whose old tip is no ancestor', async () => {
    platform = makeScopePlatform();
    const before = platform.commit({ 'modules/site/content': 'lost' });
    platform.git('reset', '-q', '--hard', 'HEAD~1');
    platform.git('push', '-q', '-f', 'origin', 'main');
    const after = platform.commit({ 'modules/site/content': 'new' });
    expect(await runScope(platform, pushOf(before, after))).toMatchObject({
      code: 'scope/history-rewritten',
      exit: 4,
    });
  });

  it('history-rewritten: a commit before that was only merged in', async () => {
    platform = makeScopePlatform();
    platform.git('checkout', '-q', '-b', 'change');
    const before = platform.commit({ 'modules/site/content': 'side' });
    platform.git('checkout', '-q', 'main');
    platform.git('merge', '-q', '--no-ff', '--no-edit', 'change');
    const after = platform.commit({});
    expect(await runScope(platform, pushOf(before, after))).toMatchObject({
      code: 'scope/history-rewritten',
      exit: 4,
    });
  });

  it('superseded: a run of a commit that is not the tip any more', async () => {
    platform = makeScopePlatform();
    const before = platform.git('rev-parse', 'HEAD');
    const after = platform.commit({ 'modules/site/content': '2' });
    platform.commit({ 'modules/site/content': '3' });
    expect(await runScope(platform, pushOf(before, after))).toMatchObject({
      code: 'scope/superseded',
      exit: 0,
      modules: [],
      eligible: [],
    });
  });

  it('a branch that is not the default one', async () => {
    platform = makeScopePlatform();
    const head = platform.commit({ 'modules/site/content': '2' });
    const before = platform.git('rev-parse', 'HEAD~1');
    const ref = 'refs/heads/change';
    expect(
      await runScope(platform, {
        ...{ name: 'push', before, after: head, ref, defaultBranch: 'main' },
      } as const),
    ).toMatchObject({ code: 'scope/wrong-ref', exit: 4 });
  });
});
