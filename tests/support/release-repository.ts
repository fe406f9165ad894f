import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { repositoryRoot } from './repository-files.ts';

/** A build that is the same everywhere: what src/ says, and its sum. */
const BUILD = `
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
const text = readFileSync('src/app.js', 'utf8').replace('FOLDER', process.cwd());
const sum = createHash('sha256').update(text).digest('hex');
mkdirSync('dist', { recursive: true });
writeFileSync('dist/app.js', text);
writeFileSync('dist/SHA256SUMS', sum + '  app.js\\n');
`;

export interface ReleaseRun {
  readonly exitCode: number | null;
  readonly output: string;
}

/** A small repository with what a release needs, and a bare remote of it. */
export interface ReleaseRepository {
  readonly folder: string;
  readonly remote: string;
  git(...args: readonly string[]): string;
  write(files: Readonly<Record<string, string>>): void;
  /** Commits all, and pushes main. */
  publish(): string;
  /** The next version, with a section of its own in the changelog. */
  prepare(version: string): string;
  release(...args: readonly string[]): ReleaseRun;
  /** `git show-ref` here and on the remote. */
  refs(): { readonly here: string; readonly there: string };
  remove(): void;
}

export function openReleaseRepository(): ReleaseRepository {
  const place = mkdtempSync(join(tmpdir(), 'apply-gates-releases-'));
  const [folder, remote] = [join(place, 'work'), join(place, 'remote.git')];
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: place,
    TMPDIR: place,
    GIT_CONFIG_NOSYSTEM: '1',
  };
  const ask = (cwd: string, ...args: readonly string[]) =>
    execFileSync('git', args, { cwd, env, encoding: 'utf8' }).trim();
  const git = (...args: readonly string[]) => ask(folder, ...args);
  const write = (files: Readonly<Record<string, string>>) => {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
  };
  const publish = () => {
    git('add', '--all');
    git('commit', '--quiet', '--message', 'change');
    git('push', '--quiet', 'origin', 'main');
    return git('rev-parse', 'HEAD');
  };
  const listRefs = (cwd: string) =>
    ask(cwd, 'for-each-ref', '--format=%(refname) %(objectname)', 'refs/tags');
  mkdirSync(folder);
  ask(place, 'init', '--quiet', '--bare', '--initial-branch=main', remote);
  git('init', '--quiet', '--initial-branch=main');
  git('config', 'user.name', 'someone');
  git('config', 'user.email', 'someone@example.org');
  git('remote', 'add', 'origin', remote);
  write({
    '.gitignore': 'node_modules\n',
    'node_modules/.keep': '',
    'build.mjs': BUILD,
    ...sourceFiles('first'),
  });
  return {
    folder,
    remote,
    git,
    write,
    publish,
    prepare: (version) => {
      const scripts = { build: 'node build.mjs' };
      write({
        'package.json': JSON.stringify({ version, type: 'module', scripts }),
        'CHANGELOG.md': `# Changelog\n\n## [Unreleased]\n\n## [${version}] - 2026-01-31\n\n### Added\n\n- Something of ${version}.\n`,
      });
      return publish();
    },
    release: (...args) => {
      const run = spawnSync(
        join(repositoryRoot, 'node_modules/.bin/tsx'),
        [join(repositoryRoot, 'scripts/release.ts'), ...args],
        { cwd: folder, env, encoding: 'utf8' },
      );
      return { exitCode: run.status, output: run.stdout + run.stderr };
    },
    refs: () => ({ here: listRefs(folder), there: listRefs(remote) }),
    remove: () => rmSync(place, { recursive: true, force: true }),
  };
}

/** A source with the bundle that is built of it. */
export function sourceFiles(text: string): Record<string, string> {
  const sum = createHash('sha256').update(text).digest('hex');
  return {
    'src/app.js': text,
    'dist/app.js': text,
    'dist/SHA256SUMS': `${sum}  app.js\n`,
  };
}
