import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  openReleaseRepository,
  type ReleaseRepository,
  sourceFiles,
} from '../support/release-repository.ts';

let repository: ReleaseRepository;
let head: string;
beforeEach(() => {
  repository = openReleaseRepository();
  head = repository.prepare('1.2.0');
});
afterEach(() => repository.remove());

describe('a release', () => {
  it('tags its version for good, takes its major along, and pushes both', () => {
    const run = repository.release('--push', 'origin');
    expect(run.exitCode, run.output).toBe(0);
    const { here, there } = repository.refs();
    expect(here).toBe(there);
    expect(repository.git('rev-parse', 'v1')).toBe(head);
    expect(repository.git('rev-parse', 'v1.2.0^{commit}')).toBe(head);
    expect(repository.git('cat-file', '-t', 'v1.2.0')).toBe('tag');
  });

  it('says in its tag what changed, and vouches for the sums', () => {
    repository.release();
    const message = repository.git(
      'tag',
      '-l',
      '--format=%(contents)',
      'v1.2.0',
    );
    expect(message).toContain('### Added\n\n- Something of 1.2.0.');
    const sums = execFileSync('git', ['show', 'v1.2.0:dist/SHA256SUMS'], {
      cwd: repository.folder,
    });
    expect(message).toContain(createHash('sha256').update(sums).digest('hex'));
    execFileSync(
      'sha256sum',
      ['--check', '--strict', '--quiet', 'SHA256SUMS'],
      {
        cwd: join(repository.folder, 'dist'),
      },
    );
  });

  it('that comes later moves the major only', () => {
    repository.release('--push', 'origin');
    const first = repository.git('rev-parse', 'v1.2.0');
    const next = repository.prepare('1.3.0');
    const run = repository.release('--push', 'origin');
    expect(run.exitCode, run.output).toBe(0);
    expect(repository.git('rev-parse', 'v1.2.0')).toBe(first);
    expect(repository.git('rev-parse', 'v1')).toBe(next);
    const { here, there } = repository.refs();
    expect(here).toBe(there);
  });

  it('that breaks begins a major of its own', () => {
    repository.release('--push', 'origin');
    const next = repository.prepare('2.0.0');
    expect(repository.release('--push', 'origin').exitCode).toBe(0);
    expect(repository.git('rev-parse', 'v1')).toBe(head);
    expect(repository.git('rev-parse', 'v2')).toBe(next);
  });

  it('--dry-run proves the build and changes nothing', () => {
    const run = repository.release('--dry-run', '--push', 'origin');
    expect(run.exitCode, run.output).toBe(0);
    expect(run.output).toContain(`v1.2.0 at ${head}`);
    expect(repository.refs()).toEqual({ here: '', there: '' });
  });
});

describe('refused, with no tag made anywhere', () => {
  const cases: [string, () => void, RegExp][] = [
    [
      'a tree with a change',
      () => repository.write({ 'src/app.js': 'other' }),
      /src\/app\.js/,
    ],
    [
      'a tree with a file that git does not know',
      () => repository.write({ 'src/new.js': '' }),
      /src\/new\.js/,
    ],
    [
      'another branch',
      () => repository.git('checkout', '--quiet', '-b', 'side'),
      /side/,
    ],
    [
      'no branch',
      () => repository.git('checkout', '--quiet', '--detach'),
      /no branch/,
    ],
    [
      'a version without a section',
      () => {
        repository.write({ 'CHANGELOG.md': '## [Unreleased]\n\n- Much.\n' });
        repository.publish();
      },
      /CHANGELOG/,
    ],
    [
      'a section that says nothing',
      () => {
        repository.write({ 'CHANGELOG.md': '## [1.2.0] - 2026-01-31\n\n' });
        repository.publish();
      },
      /CHANGELOG/,
    ],
    ['a version that is none', () => void repository.prepare('1.2'), /X\.Y\.Z/],
    [
      'bundles that the sources do not give',
      () => {
        repository.write({ 'src/app.js': 'newer' });
        repository.publish();
      },
      /dist\/app\.js/,
    ],
    [
      'a bundle that comes from no source',
      () => {
        repository.write({ 'dist/extra.js': '' });
        repository.publish();
      },
      /dist\/extra\.js/,
    ],
    [
      'a build that tells where it was made',
      () => {
        repository.write(sourceFiles('FOLDER'));
        repository.publish();
      },
      /not the same/,
    ],
    [
      'a commit that the remote does not have',
      () => {
        repository.write({ 'README.md': 'x' });
        repository.git('add', '--all');
        repository.git('commit', '--quiet', '--message', 'not pushed');
      },
      /push it first/,
    ],
    [
      'a remote that cannot be asked',
      () => repository.git('remote', 'set-url', 'origin', '/nonexistent'),
      /could not be asked/,
    ],
  ];

  it.each(cases)('%s', (_what, spoil, reason) => {
    spoil();
    const run = repository.release('--push', 'origin');
    expect(run.exitCode, run.output).toBe(1);
    expect(run.output).toMatch(reason);
    expect(repository.refs()).toEqual({ here: '', there: '' });
  });
});

describe('a version that was released', () => {
  it('is not released again, here or where only the remote has its tag', () => {
    repository.release('--push', 'origin');
    const before = repository.refs();
    repository.write({ 'README.md': 'more' });
    repository.publish();
    expect(repository.release('--push', 'origin').exitCode).toBe(1);
    expect(repository.refs()).toEqual(before);
    repository.git('tag', '--delete', 'v1.2.0', 'v1');
    expect(repository.release('--push', 'origin').exitCode).toBe(1);
    expect(repository.release().exitCode).toBe(1);
    expect(repository.refs()).toEqual({ here: '', there: before.there });
  });

  it('is not followed by an older one', () => {
    repository.release('--push', 'origin');
    const before = repository.refs();
    repository.prepare('1.1.9');
    const run = repository.release('--push', 'origin');
    expect(run.exitCode).toBe(1);
    expect(run.output).toContain('v1.2.0');
    expect(repository.refs()).toEqual(before);
  });

  it('leaves a major that leads elsewhere where it is', () => {
    repository.git('checkout', '--quiet', '-b', 'side');
    repository.git('commit', '--quiet', '--allow-empty', '--message', 'side');
    repository.git('push', '--quiet', 'origin', 'HEAD:refs/tags/v1');
    repository.git('checkout', '--quiet', 'main');
    const before = repository.refs();
    expect(repository.release('--push', 'origin').exitCode).toBe(1);
    expect(repository.refs()).toEqual(before);
  });
});

it('what the remote refuses leaves no tag: neither there nor here', () => {
  repository.release('--push', 'origin');
  const before = repository.refs();
  const hook = join(repository.remote, 'hooks/update');
  // As a forge does that protects v1: of the two, one alone is refused.
  execFileSync('sh', [
    '-c',
    'printf \'#!/bin/sh\\n[ "$1" != refs/tags/v1 ]\\n\' >"$0"; chmod +x "$0"',
    hook,
  ]);
  repository.prepare('1.3.0');
  const run = repository.release('--push', 'origin');
  expect(run.exitCode, run.output).toBe(1);
  expect(repository.refs()).toEqual(before);
});
