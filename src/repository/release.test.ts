import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Changes,
  makePlatform,
  type Platform,
} from '../../tests/support/platform.ts';
import { systemExec } from '../adapters/exec.ts';
import { openRepository } from '../adapters/git.ts';
import { manifestSchema } from '../model/manifest.ts';
import { policySchema } from '../model/policy.ts';
import { type ReleaseResult, readRelease } from './release.ts';
import { checkEntries, MAX_RELEASE_FILES } from './release-checks.ts';
import { listTree } from './tree.ts';

const policy = policySchema.parse({
  schema: 1,
  hosts: { here: { transport: 'local' } },
});
const manifest = manifestSchema.parse({
  schema: 1,
  id: 'web',
  stateful: false,
  host: 'here',
  driver: 'command',
  command: { plan: ['p'], apply: ['a'], health: ['h'] },
  host_files: ['.env'],
  host_dirs: ['data/store'],
});

let platform: Platform;
beforeAll(() => {
  platform = makePlatform({ 'README.md': 'platform\n' });
});
afterAll(() => platform.close());

/** The release of what a commit with these files holds under two places. */
async function releaseOf(changes: Changes): Promise<ReleaseResult> {
  const sha = platform.commit({ modules: null, shared: null, ...changes });
  const repository = openRepository(systemExec, platform.checkout);
  const entries = await listTree(repository, sha, ['modules/web', 'shared']);
  return readRelease(repository, { sha, manifest, policy, entries });
}

async function codesOf(changes: Changes): Promise<readonly string[]> {
  const result = await releaseOf(changes);
  return result.ok ? [] : result.findings.map((each) => each.code);
}

describe('readRelease', () => {
  it('holds the bytes as committed, whatever the attributes say', async () => {
    const binary = Buffer.from([0, 255, 13, 10, 26]);
    const result = await releaseOf({
      '.gitattributes': '* text eol=crlf ident export-ignore\n',
      'modules/web/plain': '$Id$ and\nlines\n',
      'modules/web/run': { executable: '#!/bin/sh\n' },
      'modules/web/binary': binary,
      'modules/web/link': { link: 'plain' },
    });
    if (!result.ok) throw new Error('refused');
    const files = await result.release.files();
    expect(files.map(({ path, mode }) => [path, mode])).toEqual([
      ['modules/web/binary', '100644'],
      ['modules/web/link', '120000'],
      ['modules/web/plain', '100644'],
      ['modules/web/run', '100755'],
    ]);
    const blob = platform.git('rev-parse', 'HEAD:modules/web/plain');
    expect(files[2]?.content.toString()).toBe(
      `${platform.git('cat-file', 'blob', blob)}\n`,
    );
    expect(result.release.folder).toBe('modules/web');
    expect(result.release.tree).toMatch(/^[0-9a-f]{64}$/);
  });

  it.each<[string, Changes]>([
    [
      'an LFS pointer',
      {
        'modules/web/big':
          'version https://git-lfs.github.com/spec/v1\noid sha256:0\n',
      },
    ],
    ['a symlink to the root', { 'modules/web/a': { link: '/etc/passwd' } }],
    ['a symlink upwards', { 'modules/web/a': { link: '../../../x' } }],
    [
      'a symlink to another module',
      { 'modules/web/a': { link: '../db/secret' } },
    ],
    [
      'a symlink to the root of the release',
      { 'modules/web/a': { link: '../..' } },
    ],
    [
      'a symlink through a symlink and back',
      {
        'modules/web/x/y/a': { link: '../..' },
        'modules/web/b': { link: 'x/y/a/../../..' },
      },
    ],
    ['a file where the host has one', { 'modules/web/.env': 'SECRET=1\n' }],
    ['a file in a folder of the host', { 'modules/web/data/store/db': 'x' }],
    [
      'a symlink above a folder of the host',
      { 'modules/web/data': { link: 'other' } },
    ],
    ['a file above a folder of the host', { 'modules/web/data': 'x' }],
    ['a path with a control character', { 'modules/web/a\nb': 'x' }],
    ['a path with a backslash', { 'modules/web/a\\b': 'x' }],
  ])('refuses %s', async (_, changes) => {
    expect(await codesOf(changes)).toEqual(['scope/unsupported-entry']);
  });

  it.each<[string, Changes]>([
    [
      'a symlink to a file beside it',
      { 'modules/web/a': { link: './b' }, 'modules/web/b': 'x' },
    ],
    ['a symlink to its folder', { 'modules/web/a/b': { link: '..' } }],
    [
      'a symlink to a shared file',
      { 'shared/b': 'x', 'modules/web/a': { link: '../../shared/b' } },
    ],
    [
      'a symlink to a shared folder',
      { 'shared/b': 'x', 'modules/web/a': { link: '../../shared/' } },
    ],
    ['a symlink to what the host has', { 'modules/web/env': { link: '.env' } }],
    ['the longest name', { [`modules/web/${'n'.repeat(255)}`]: 'x' }],
    ['a file beside a folder of the host', { 'modules/web/data/seed': 'x' }],
  ])('takes %s', async (_, changes) => {
    expect(await codesOf(changes)).toEqual([]);
  });

  it('refuses a submodule', async () => {
    platform.commit({ modules: null, shared: null, 'modules/web/a': 'x' });
    const head = platform.git('rev-parse', 'HEAD');
    platform.git(
      'update-index',
      '--add',
      '--cacheinfo',
      `160000,${head},modules/web/sub`,
    );
    platform.git('commit', '-q', '-m', 'submodule');
    const sha = platform.git('rev-parse', 'HEAD');
    const repository = openRepository(systemExec, platform.checkout);
    const entries = await listTree(repository, sha, ['modules/web']);
    const result = await readRelease(repository, {
      sha,
      manifest,
      policy,
      entries,
    });
    expect(result).toMatchObject({
      ok: false,
      findings: [{ code: 'scope/unsupported-entry', module: 'web' }],
    });
  });

  it('refuses a module of more bytes than fit, before it reads them', async () => {
    const big = Buffer.alloc(17 * 1024 * 1024, 'x');
    expect(
      await codesOf({
        'modules/web/1': big,
        'modules/web/2': big,
        'modules/web/3': big,
        'modules/web/4': big,
      }),
    ).toEqual(['scope/unsupported-entry']);
  });

  it('tells a bounded number of problems', async () => {
    const changes = Object.fromEntries(
      Array.from({ length: 30 }, (_, index) => [
        `modules/web/l${index}`,
        { link: '/x' },
      ]),
    );
    expect(await codesOf(changes)).toHaveLength(22);
  });
});

it('counts the files of a release', () => {
  const entries = Array.from({ length: MAX_RELEASE_FILES + 1 }, (_, index) => ({
    mode: '100644',
    oid: '0'.repeat(40),
    path: `modules/web/${index}`,
  }));
  const layout = { folder: 'modules/web', hostPaths: [] };
  expect(checkEntries(entries, layout)).toHaveLength(1);
  expect(checkEntries(entries.slice(1), layout)).toEqual([]);
});

it.each([
  ['n'.repeat(256), 1],
  ['ü'.repeat(128), 1],
  ['n'.repeat(255), 0],
  [`${'n'.repeat(200)}/${'n'.repeat(200)}`, 0],
])('takes no name that a file system does not: %s', (name, problems) => {
  const layout = { folder: 'modules/web', hostPaths: [] };
  const entry = { mode: '100644', oid: '0', path: `modules/web/${name}` };
  expect(checkEntries([entry], layout)).toHaveLength(problems);
});
