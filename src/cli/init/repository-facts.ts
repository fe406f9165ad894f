import { realpathSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { systemExec } from '../../adapters/exec.ts';
import { type GitRepository, openRepository } from '../../adapters/git.ts';
import type { PathKind } from '../../init/module-draft.ts';
import { ActionError } from '../../model/errors.ts';
import { printable } from '../../model/printable.ts';
import { STAGING_PREFIX } from './write-files.ts';

/** What init looks at: the work tree as it is, committed or not. */
export interface RepositoryFacts {
  readonly repository: GitRepository;
  readonly root: string;
  /** Name of its folder. */
  readonly name: string;
  /** What git has, and what it would take with the next commit. */
  readonly committed: readonly string[];
  readonly others: readonly string[];
  readonly remote: string | undefined;
  readonly branch: string;
  /** Left over by a run of init that was killed. */
  readonly leftOver: readonly string[];
}

export async function readRepositoryFacts(
  dir: string,
): Promise<RepositoryFacts> {
  const root = realFolder(dir);
  const repository = openRepository(systemExec, root);
  const top = await repository.run(['rev-parse', '--show-toplevel']);
  const found = top.stdout.toString('utf8').replace(/\n$/, '');
  if (top.exitCode !== 0) throw notARoot(root, 'is in no git work tree');
  if (found !== root) throw notARoot(root, `lies in the work tree ${found}`);
  const [listed, remote, branch] = await Promise.all([
    listPaths(repository),
    readLine(repository, ['config', '--get', 'remote.origin.url']),
    readBranch(repository),
  ]);
  return { repository, root, name: basename(root), remote, branch, ...listed };
}

function realFolder(dir: string): string {
  try {
    if (statSync(dir).isDirectory()) return realpathSync(dir);
  } catch {
    // Told below.
  }
  throw notARoot(dir, 'is no folder');
}

function notARoot(dir: string, why: string): ActionError {
  return new ActionError(
    'init/not-a-repository',
    printable(`${JSON.stringify(dir)} ${why}`),
  );
}

/** `H path` is in the index, `? path` is neither there nor ignored. */
async function listPaths(repository: GitRepository) {
  const output = await repository.output([
    'ls-files',
    ...['-z', '-t', '--cached', '--others', '--exclude-standard'],
  ]);
  const entries = output.toString('utf8').split('\0').filter(Boolean);
  const pathsOf = (isOther: boolean) => [
    ...new Set(
      entries
        .filter((entry) => entry.startsWith('? ') === isOther)
        .map((entry) => entry.slice(2)),
    ),
  ];
  const isLeft = (path: string) => path.startsWith(STAGING_PREFIX);
  const others = pathsOf(true);
  return {
    committed: pathsOf(false),
    others: others.filter((path) => !isLeft(path)),
    leftOver: [
      ...new Set(others.filter(isLeft).map((path) => path.split('/')[0] ?? '')),
    ],
  };
}

async function readLine(
  repository: GitRepository,
  args: readonly string[],
): Promise<string | undefined> {
  const { stdout } = await repository.run(args);
  return stdout.toString('utf8').trim() || undefined;
}

/** The default branch as the remote says it, else the one that is out. */
async function readBranch(repository: GitRepository): Promise<string> {
  const remote = 'refs/remotes/origin/';
  const named = await readLine(repository, ['symbolic-ref', `${remote}HEAD`]);
  if (named?.startsWith(remote)) return named.slice(remote.length);
  const own = await readLine(repository, ['symbolic-ref', '--short', 'HEAD']);
  return own ?? 'main';
}

/** Which of some paths git ignores. */
export async function findIgnored(
  { repository }: RepositoryFacts,
  paths: readonly string[],
): Promise<ReadonlySet<string>> {
  if (paths.length === 0) return new Set();
  // It knows no literal paths; behind ./ nothing begins with a colon.
  const input = paths.map((path) => `./${path}\0`).join('');
  const args = ['--no-literal-pathspecs', 'check-ignore', '-z', '--stdin'];
  const result = await repository.run(args, { input });
  // 1: none of them.
  if (result.exitCode !== 0 && result.exitCode !== 1) {
    throw new ActionError(
      'git/unavailable',
      `git check-ignore failed: ${printable(result.stderr.trim())}`,
    );
  }
  const told = result.stdout.toString('utf8').split('\0').filter(Boolean);
  return new Set(told.map((path) => path.slice(2)));
}

/** Looks paths and the folders above them up. */
export function indexPaths(
  paths: readonly string[],
): (path: string) => PathKind {
  const files = new Set(paths);
  const folders = new Set<string>();
  for (const path of paths) {
    for (let at = path.lastIndexOf('/'); at > 0; ) {
      const folder = path.slice(0, at);
      if (folders.has(folder)) break;
      folders.add(folder);
      at = folder.lastIndexOf('/');
    }
  }
  return (path) =>
    files.has(path) ? 'file' : folders.has(path) ? 'folder' : undefined;
}

export function kindOnDisk(root: string, path: string): PathKind {
  const stat = statSync(join(root, path), { throwIfNoEntry: false });
  if (!stat) return undefined;
  return stat.isDirectory() ? 'folder' : 'file';
}
