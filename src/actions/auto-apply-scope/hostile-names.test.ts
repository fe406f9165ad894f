import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Changes, Platform } from '../../../tests/support/platform.ts';
import {
  makeScopePlatform,
  manifestText,
  moduleFiles,
  pushAndScope,
  runScope,
} from '../../../tests/support/scope-run.ts';

const FILES: Changes = {
  ...moduleFiles('site'),
  ...moduleFiles(
    'feed',
    'driver: compose\ncompose: {file: /compose/feed.yaml}',
  ),
  'compose/feed.yaml': 'services: {}\n',
};

// One repository for all, put back to where it began before each test.
let platform: Platform;
let begin: string;
beforeAll(() => {
  platform = makeScopePlatform(FILES);
  begin = platform.git('rev-parse', 'HEAD');
});
beforeEach(() => {
  platform.git('reset', '-q', '--hard', begin);
  platform.git('clean', '-qfdx');
  platform.git('push', '-q', '-f', 'origin', `${begin}:refs/heads/main`);
});
afterAll(() => platform.close());

describe('ref-as-code', () => {
  const hostile = [
    '$(touch pwned)',
    ';touch pwned',
    '-x',
    '--upload-pack=touch pwned',
    '`touch pwned`',
    'a\nb',
    'a\tb',
    ':(exclude)x',
    '::set-output name=eligible::["book"]',
    'a"b\\c',
    'ü\u202e\u200b',
  ];

  it.each(hostile)(
    'ref-as-code: %j as a path in a module is content or refused',
    async (name) => {
      const found = await pushAndScope(platform, {
        [`modules/site/${name}`]: 'x',
      });
      const carried = /[\n\t\\]/.test(name);
      expect(found).toMatchObject(
        carried
          ? { code: 'scope/unsupported-entry', exit: 4 }
          : { code: 'scope/eligible', eligible: ['site'] },
      );
      expect(JSON.stringify(found.verdict)).not.toMatch(/[^\x20-\x7e]/);
    },
  );

  it.each(hostile)(
    'ref-as-code: %j as a module folder is refused',
    async (name) => {
      const found = await pushAndScope(platform, {
        [`modules/${name}/module.yaml`]: manifestText('site'),
      });
      expect(found).toMatchObject({ code: 'scope/invalid-manifest', exit: 2 });
      expect(JSON.stringify(found.verdict)).not.toMatch(/[^\x20-\x7e]/);
    },
  );

  it('ref-as-code: hostile branches and tags beside the default one', async () => {
    const names = ['$(touch-pwned)', ';id', '--upload-pack=x', '`id`', '-x'];
    const head = platform.git('rev-parse', 'HEAD');
    for (const name of names) {
      for (const kind of ['heads', 'tags', 'remotes/origin']) {
        platform.git('update-ref', `refs/${kind}/${name}`, head);
      }
      platform.git('push', '-q', 'origin', `${head}:refs/heads/${name}`);
    }
    // A branch and a tag that are named like the commit before.
    platform.git('update-ref', `refs/heads/${head}`, `${head}`);
    platform.git('update-ref', 'refs/tags/main', `${head}`);
    expect(
      await pushAndScope(platform, { 'modules/site/content': '2' }),
    ).toMatchObject({ eligible: ['site'] });
  });

  it('ref-as-code: a hostile name as the default branch is data', async () => {
    const head = platform.git('rev-parse', 'HEAD');
    const defaultBranch = '--upload-pack=touch pwned';
    const ref = `refs/heads/${defaultBranch}`;
    const inputs = {};
    expect(
      await runScope(platform, {
        ...{ name: 'workflow_dispatch', sha: head, ref, inputs, defaultBranch },
      } as const),
    ).toMatchObject({ exit: 0 });
  });
});

describe('THREATS 44 to 46', () => {
  it.each(['__proto__', 'constructor', 'prototype'])(
    '`__proto__`: %j as an id is refused, and prototypes stay as they are',
    async (id) => {
      const found = await pushAndScope(platform, {
        [`modules/${id}/module.yaml`]: manifestText(id),
      });
      expect(found).toMatchObject({ code: 'scope/invalid-manifest' });
      expect(Object.keys(Object.prototype)).toEqual([]);
    },
  );

  it.each(['modules/site/../../x', '/etc/passwd', 'compose/../../x'])(
    '`..`: compose.file %j is refused',
    async (file) => {
      const found = await pushAndScope(platform, {
        'modules/feed/module.yaml': manifestText(
          'feed',
          `driver: compose\ncompose: {file: ${JSON.stringify(file)}}`,
        ),
      });
      // From the root of the repository, which holds no /etc.
      const rooted = file === '/etc/passwd';
      expect(found.code).toBe(
        rooted ? 'scope/eligible' : 'scope/invalid-manifest',
      );
    },
  );
});
