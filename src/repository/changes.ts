import type { GitRepository } from '../adapters/git.ts';

/** One path that two commits differ in; a rename is two of these. */
export interface ChangedPath {
  readonly path: string;
  /** `A`dded, `D`eleted, `M`odified, or `T`ype changed. */
  readonly status: string;
  readonly before: { readonly mode: string; readonly oid: string };
  readonly after: { readonly mode: string; readonly oid: string };
}

/** What no setting or attribute of the repository may change. */
const PLAIN_DIFF = [
  'diff-tree',
  '-r',
  '-z',
  '--raw',
  '--no-abbrev',
  '--no-renames',
  '--no-ext-diff',
  '--no-textconv',
  '--ignore-submodules=none',
];

/** Every path in which two commits differ, tree against tree. */
export async function readChanges(
  repository: GitRepository,
  base: string,
  head: string,
): Promise<ChangedPath[]> {
  const output = await repository.output([...PLAIN_DIFF, base, head, '--']);
  return parseChanges(output.toString('utf8'));
}

/** Reads `:mode mode oid oid status NUL path NUL` records. */
export function parseChanges(text: string): ChangedPath[] {
  const changes: ChangedPath[] = [];
  let start = 0;
  while (start < text.length) {
    const middle = text.indexOf('\0', start);
    const end = text.indexOf('\0', middle + 1);
    const [modeBefore = '', mode = '', oidBefore = '', oid = '', status = ''] =
      text.slice(start + 1, middle).split(' ');
    changes.push({
      path: text.slice(middle + 1, end),
      status: status.slice(0, 1),
      before: { mode: modeBefore, oid: oidBefore },
      after: { mode, oid },
    });
    start = end + 1;
  }
  return changes;
}

/**
 * Number of lines added and removed; undefined where git cannot count them.
 * Only ever a warning, so it is asked for small changes only.
 */
export async function countChangedLines(
  repository: GitRepository,
  base: string,
  head: string,
): Promise<number | undefined> {
  const result = await repository.run([
    ...PLAIN_DIFF.filter((argument) => argument !== '--raw'),
    '--numstat',
    base,
    head,
    '--',
  ]);
  if (result.exitCode !== 0) return undefined;
  return result.stdout
    .toString('utf8')
    .split('\0')
    .reduce((sum, record) => {
      const [added, removed] = record.split('\t', 2).map(Number);
      return sum + (added || 0) + (removed || 0);
    }, 0);
}

/** One commit of a line, with the paths it changed against its first parent. */
export interface CommitChanges {
  readonly sha: string;
  readonly paths: readonly string[];
  /** How many of them it deleted. */
  readonly deleted: number;
}

/**
 * The first-parent commits after `start` up to `head`, oldest last, each with
 * what it changed; a change that a later one took back is still seen.
 */
export async function readLineChanges(
  repository: GitRepository,
  start: string,
  head: string,
): Promise<CommitChanges[]> {
  const line = await repository.output([
    'rev-list',
    '--first-parent',
    '--parents',
    head,
    `^${start}`,
  ]);
  const commits = line.toString('latin1').split('\n').filter(Boolean);
  if (commits.length === 0) return [];
  const output = await repository.output(
    [...PLAIN_DIFF, '--stdin', '--root', '-m'],
    {
      input: commits
        .map((commit) => `${commit.split(' ', 2).join(' ')}\n`)
        .join(''),
    },
  );
  return parseLineChanges(output.toString('utf8'), commits);
}

/** Reads `commit NUL` and, per path, `:… status NUL path NUL`. */
function parseLineChanges(
  text: string,
  commits: readonly string[],
): CommitChanges[] {
  const found = new Map<string, { paths: string[]; deleted: number }>();
  const tokens = text.split('\0');
  let current = { paths: [] as string[], deleted: 0 };
  for (let index = 0; index < tokens.length; index += 1) {
    const token = tokens[index] ?? '';
    if (token.startsWith(':')) {
      index += 1;
      current.paths.push(tokens[index] ?? '');
      if (token.endsWith(' D')) current.deleted += 1;
    } else if (token !== '') {
      current = { paths: [], deleted: 0 };
      found.set(token.slice(0, 40), current);
    }
  }
  return commits.map((commit) => {
    const sha = commit.slice(0, 40);
    return { sha, ...(found.get(sha) ?? { paths: [], deleted: 0 }) };
  });
}
