import { execFileSync, spawnSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openBranchClone } from '../../src/adapters/branch-clone.ts';
import { type Clock, systemClock } from '../../src/adapters/clock.ts';
import { type Exec, systemExec } from '../../src/adapters/exec.ts';
import {
  parseRemoteAddress,
  withCredentials,
  withSshKey,
} from '../../src/adapters/git-remote.ts';
import { openStateStore, type StateStore } from '../../src/state/store.ts';

export const STATE_BRANCH = 'platform-state';

/** Runs git plainly, as a person would, without anybody's configuration. */
export function plainGit(
  directory: string,
  args: readonly string[],
  input?: string | Buffer,
): string {
  return execFileSync('git', ['-C', directory, ...args], {
    encoding: 'utf8',
    maxBuffer: 1 << 30,
    input: input ?? '',
    env: {
      PATH: process.env['PATH'],
      LC_ALL: 'C',
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_AUTHOR_NAME: 'a person',
      GIT_AUTHOR_EMAIL: 'person@localhost',
      GIT_COMMITTER_NAME: 'a person',
      GIT_COMMITTER_EMAIL: 'person@localhost',
    },
    stdio: ['pipe', 'pipe', 'pipe'],
  }).trimEnd();
}

export interface StateRemote {
  /** Folder of everything; bare repositories may be served from it. */
  readonly root: string;
  /** The bare repository, with filters allowed. */
  readonly repository: string;
  /** A store with a scratch folder of its own. */
  open(settings?: {
    readonly address?: string;
    readonly token?: string;
    /** Private key and known hosts, for an ssh address. */
    readonly ssh?: { readonly key: string; readonly knownHosts: string };
    readonly exec?: Exec;
    readonly clock?: Clock;
  }): StateStore;
  /** Commits on the state branch, newest first. */
  log(): string[];
  /** Text of a file at the tip of the state branch. */
  show(path: string): string;
  /** Bytes of a file at the tip; undefined where there is none. */
  read(path: string): Buffer | undefined;
  /** Puts a tree of `mode type id path` lines on the branch, as it stands. */
  plant(entries: readonly string[], parent?: string): string;
  writeBlob(content: string | Buffer): string;
  /** A tree of `mode type id path` lines, beside any branch. */
  writeTree(entries: readonly string[]): string;
  /** Gives the repository a hook, as the rules of a server. */
  install(hook: string, script: string): void;
  remove(): void;
}

/** Makes a bare repository in a temporary folder, and stores that use it. */
export function makeStateRemote(): StateRemote {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'apply-gates-state-')));
  const repository = join(root, 'platform.git');
  plainGit(root, ['init', '--quiet', '--bare', '-b', 'main', repository]);
  plainGit(repository, ['config', 'uploadpack.allowFilter', 'true']);
  plainGit(repository, ['config', 'gc.auto', '0']);
  plainGit(repository, ['config', 'receive.autogc', 'false']);
  const writeTree = (entries: readonly string[]) =>
    git(['mktree', '--missing'], entries.map((entry) => `${entry}\n`).join(''));
  const git = (args: readonly string[], input?: string | Buffer) =>
    plainGit(repository, args, input);
  return {
    root,
    repository,
    open: ({
      address = repository,
      token,
      ssh,
      exec = systemExec,
      clock,
    } = {}) => {
      mkdirSync(join(root, 'job'), { recursive: true });
      const folder = mkdtempSync(join(root, 'job', 'store-'));
      const plain = parseRemoteAddress(address, { allowLocalPath: true });
      const { remote } = ssh
        ? withSshKey(plain, ssh, folder)
        : withCredentials(plain, token, folder);
      const branch = STATE_BRANCH;
      return openStateStore({
        clone: openBranchClone({ exec, remote, branch, folder }),
        branch,
        clock: clock ?? systemClock,
      });
    },
    log: () => git(['rev-list', STATE_BRANCH]).split('\n'),
    read: (path) => {
      const place = `${STATE_BRANCH}:${path}`;
      const args = ['-C', repository, 'cat-file', 'blob', place];
      const { status, stdout } = spawnSync('git', args);
      return status === 0 ? stdout : undefined;
    },
    show: (path) => git(['show', `${STATE_BRANCH}:${path}`]),
    plant: (entries, parent) => {
      const tree = writeTree(entries);
      const parents = parent === undefined ? [] : ['-p', parent];
      const commit = git(['commit-tree', ...parents, '-m', 'planted', tree]);
      git(['update-ref', `refs/heads/${STATE_BRANCH}`, commit]);
      return commit;
    },
    writeTree,
    writeBlob: (content) => git(['hash-object', '-w', '--stdin'], content),
    install: (hook, script) => {
      const hooks = join(repository, 'hooks');
      mkdirSync(hooks, { recursive: true });
      writeFileSync(join(hooks, hook), `#!/bin/sh\n${script}\n`, {
        mode: 0o755,
      });
    },
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}
