import { afterEach, describe, expect, it } from 'vitest';
import type { Changes, Platform } from '../../../tests/support/platform.ts';
import {
  makeScopePlatform,
  manifestText,
  moduleFiles,
  policyText,
  pushAndScope,
  pushOf,
  runScope,
} from '../../../tests/support/scope-run.ts';

let platform: Platform;
afterEach(() => platform.close());

const POLICY = policyText(
  [
    'ignore: ["docs/**", "*.md", "modules/README.md", "modules/_drafts/**"]',
    'shared: {"shared/**": [site], "all/**": ["*"]}',
    'control: ["ci/**"]',
    'limits: {max_modules: 2, max_deleted_files: 1, max_changed_files: 4}',
  ].join('\n'),
);
const FILES: Changes = {
  ...moduleFiles('site', 'paths: ["web/**/*.html", "one"]'),
  ...moduleFiles(
    'feed',
    'driver: compose\ncompose: {file: /compose/feed.yaml}\npaths: ["web/feed/**"]',
  ),
  'compose/feed.yaml': 'services: {}\n',
  'docs/a': '1',
};

describe('every changed path is classified', () => {
  it.each<[string, Changes, readonly string[]]>([
    ['a folder', { 'modules/site/.hidden/x': '' }, ['site']],
    ['a compose file at the root', { 'compose/feed.yaml': '' }, ['feed']],
    ['a path of a module', { one: '2' }, ['site']],
    ['a glob of a module', { 'web/a/b/c.html': '' }, ['site']],
    ['globs of several', { 'web/feed/c.html': '' }, ['feed', 'site']],
    ['a shared path', { 'shared/x': '' }, ['site']],
    ['a path that all share', { 'all/x': '' }, ['feed', 'site']],
    ['ignored paths', { 'docs/.x': '', 'a.md': '' }, []],
    ['an ignored file beside the modules', { 'modules/README.md': '' }, []],
    ['an ignored folder that is no module', { 'modules/_drafts/x': '' }, []],
    ['an ignored name inside a module', { 'modules/site/a.md': '' }, ['site']],
  ])('%s', async (_name, changes, eligible) => {
    platform = makeScopePlatform(FILES, POLICY);
    expect(await pushAndScope(platform, changes)).toMatchObject({
      exit: 0,
      eligible,
    });
  });

  it.each<[string, Changes, string, number]>([
    ['no rule knows', { stray: '' }, 'scope/unclassified-path', 4],
    ['a glob misses', { 'web/a.css': '' }, 'scope/unclassified-path', 4],
    [
      'a file beside modules',
      { 'modules/x': '' },
      'scope/unclassified-path',
      4,
    ],
    ['a control path', { 'ci/x': '' }, 'scope/control-change', 4],
    [
      'the policy, which control: forgot',
      { '.platform/gates.yaml': `${POLICY}\n# x` },
      'scope/control-change',
      4,
    ],
    [
      'known_hosts, which control: forgot',
      { '.platform/known_hosts': 'x' },
      'scope/control-change',
      4,
    ],
    [
      'a folder without a manifest',
      { 'modules/new/x': '' },
      'scope/invalid-manifest',
      2,
    ],
    [
      'a folder whose name is no id',
      { 'modules/New/module.yaml': manifestText('New') },
      'scope/invalid-manifest',
      2,
    ],
    [
      'a manifest that says another id',
      { 'modules/new/module.yaml': manifestText('other') },
      'scope/invalid-manifest',
      2,
    ],
    [
      'a manifest that does not say whether it is stateful',
      {
        'modules/site/module.yaml': manifestText('site').replace(
          'stateful: false\n',
          '',
        ),
      },
      'scope/invalid-manifest',
      2,
    ],
    [
      'a manifest that is a symlink',
      { 'modules/site/module.yaml': { link: '../feed/module.yaml' } },
      'scope/invalid-manifest',
      2,
    ],
    [
      'a host that the policy does not have',
      { 'modules/site/module.yaml': manifestText('site', 'host: nowhere') },
      'scope/invalid-manifest',
      2,
    ],
    [
      'a module folder that is a symlink',
      { 'modules/alias': { link: 'site' } },
      'scope/unsupported-entry',
      4,
    ],
    [
      'a symlink that leaves the module',
      { 'modules/site/etc': { link: '../../../../etc' } },
      'scope/unsupported-entry',
      4,
    ],
    [
      'a symlink to an absolute path',
      { 'modules/site/etc': { link: '/etc/passwd' } },
      'scope/unsupported-entry',
      4,
    ],
    [
      'scope-truncation: too many files',
      { 'docs/1': '', 'docs/2': '', 'docs/3': '', 'docs/4': '', 'docs/5': '' },
      'scope/too-many-files',
      4,
    ],
    [
      'scope-truncation: too many deleted files',
      { 'docs/a': null, one: null, 'modules/site/content': null },
      'scope/too-many-files',
      4,
    ],
    [
      'scope-truncation: too many modules',
      { ...moduleFiles('x1'), 'all/x': '' },
      'scope/too-many-modules',
      4,
    ],
  ])('%s stops the push', async (_name, changes, code, exit) => {
    platform = makeScopePlatform({ ...FILES, one: '1' }, POLICY);
    const found = await pushAndScope(platform, {
      'modules/feed/content': 'also',
      ...changes,
    });
    expect(found).toMatchObject({ code, exit, eligible: [], count: '0' });
  });

  it('a path that a manifest gives up still counts for it', async () => {
    platform = makeScopePlatform(FILES, POLICY);
    const found = await pushAndScope(platform, {
      'modules/site/module.yaml': manifestText('site'),
      one: '2',
    });
    expect(found).toMatchObject({ eligible: ['site'] });
  });

  it('a submodule is no content', async () => {
    platform = makeScopePlatform(FILES, POLICY);
    const before = platform.git('rev-parse', 'HEAD');
    platform.git(
      ...['update-index', '--add', '--cacheinfo'],
      `160000,${before},modules/site/vendored`,
    );
    platform.git('commit', '-q', '-m', 'submodule');
    platform.git('push', '-q', 'origin', 'HEAD:refs/heads/main');
    const after = platform.git('rev-parse', 'HEAD');
    expect(await runScope(platform, pushOf(before, after))).toMatchObject({
      code: 'scope/unsupported-entry',
      exit: 4,
    });
  });

  it('self-change: a policy that would let itself pass is judged by the old one', async () => {
    platform = makeScopePlatform(FILES, POLICY);
    const found = await pushAndScope(platform, {
      '.platform/gates.yaml': policyText('control: []\nignore: ["**"]\n'),
      '.forgejo/workflows/auto-apply.yml': 'on: push',
      'modules/site/content': '2',
    });
    expect(found).toMatchObject({ code: 'scope/control-change', exit: 4 });
    expect(found.findings).toContain('scope/unclassified-path');
  });

  it('self-change: a policy that is broken stops the push after it', async () => {
    platform = makeScopePlatform(FILES, POLICY);
    platform.commit({ '.platform/gates.yaml': 'schema: 2\n' });
    expect(
      await pushAndScope(platform, { 'modules/site/content': '2' }),
    ).toMatchObject({ code: 'scope/invalid-policy', exit: 2 });
  });
});
