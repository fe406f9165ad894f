import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** What a commit does to one path; null removes it. */
export type Change =
  | string
  | Buffer
  | null
  | { readonly link: string }
  | { readonly executable: string };

export type Changes = Readonly<Record<string, Change>>;

/** A platform repository on this machine: a bare remote and a checkout. */
export interface Platform {
  /** Folder of everything; gone after `close`. */
  readonly root: string;
  readonly checkout: string;
  readonly remote: string;
  /** Commits changes on main and pushes them; the new commit. */
  commit(changes: Changes, message?: string): string;
  git(...args: readonly string[]): string;
  /** The file on a branch of the remote, undefined where it is not there. */
  readRemote(branch: string, path: string): string | undefined;
  close(): void;
}

/** Makes a repository whose first commit holds the files. */
export function makePlatform(files: Changes): Platform {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'platform-')));
  const checkout = join(root, 'checkout');
  const remote = join(root, 'remote.git');
  mkdirSync(checkout);
  const git = (...args: readonly string[]) => runGit(checkout, args);
  runGit(root, ['init', '-q', '--bare', '-b', 'main', remote]);
  git('init', '-q', '-b', 'main');
  git('remote', 'add', 'origin', remote);
  const platform: Platform = {
    root,
    checkout,
    remote,
    git,
    commit(changes, message = 'change') {
      for (const [path, change] of Object.entries(changes)) {
        writeChange(join(checkout, path), change);
      }
      git('add', '-A');
      git('commit', '-q', '--allow-empty', '-m', message);
      git('push', '-q', 'origin', 'HEAD:refs/heads/main');
      return git('rev-parse', 'HEAD');
    },
    readRemote(branch, path) {
      try {
        return runGit(root, [
          `--git-dir=${remote}`,
          'show',
          `refs/heads/${branch}:${path}`,
        ]);
      } catch {
        return undefined;
      }
    },
    close: () => rmSync(root, { recursive: true, force: true }),
  };
  platform.commit(files, 'begin');
  return platform;
}

export function writeChange(path: string, change: Change): void {
  rmSync(path, { recursive: true, force: true });
  if (change === null) return;
  mkdirSync(dirname(path), { recursive: true });
  if (typeof change === 'string' || Buffer.isBuffer(change)) {
    writeFileSync(path, change);
  } else if ('link' in change) {
    symlinkSync(change.link, path);
  } else {
    writeFileSync(path, change.executable);
    chmodSync(path, 0o755);
  }
}

function runGit(cwd: string, args: readonly string[]): string {
  return execFileSync('git', args, {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env['PATH'] ?? '',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_AUTHOR_NAME: 'Ada',
      GIT_AUTHOR_EMAIL: 'ada@example.org',
      GIT_COMMITTER_NAME: 'Ada',
      GIT_COMMITTER_EMAIL: 'ada@example.org',
    },
  }).trimEnd();
}
