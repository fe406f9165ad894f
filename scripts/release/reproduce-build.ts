import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { git } from './git.ts';

/** Of different lengths, so that a path in a bundle is seen. */
const FOLDERS = ['a', 'another/folder/below'];

/**
 * Builds the committed sources in two folders. What differs from each other
 * or from what is committed; nothing where all three are the same bytes.
 */
export function reproduceBuild(folder: string): string[] {
  const temporary = mkdtempSync(join(tmpdir(), 'apply-gates-release-'));
  try {
    const builds = FOLDERS.map((name) =>
      buildIn(folder, join(temporary, name)),
    );
    const [first, second] = builds;
    const differing = builds.flatMap(({ changed }) => changed);
    return [
      ...(first?.tree === second?.tree
        ? []
        : ['two builds of the same commit are not the same']),
      ...new Set(differing),
    ];
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

/** The tree of dist/ that a build makes, and what of it is not committed so. */
function buildIn(
  folder: string,
  clone: string,
): { readonly tree: string; readonly changed: readonly string[] } {
  git(folder, ['clone', '--quiet', '--no-hardlinks', folder, clone]);
  git(clone, [
    'checkout',
    '--quiet',
    '--detach',
    git(folder, ['rev-parse', 'HEAD']),
  ]);
  symlinkSync(join(folder, 'node_modules'), join(clone, 'node_modules'));
  // What no build writes is not to be there afterwards.
  rmSync(join(clone, 'dist'), { recursive: true, force: true });
  const built = spawnSync('npm', ['run', '--silent', 'build'], {
    cwd: clone,
    encoding: 'utf8',
  });
  if (built.status !== 0) {
    return { tree: '', changed: [`the build fails: ${built.stderr.trim()}`] };
  }
  git(clone, ['add', '--all', '--force', '--', 'dist']);
  const changed = git(clone, ['diff', '--cached', '--name-only', 'HEAD'])
    .split('\n')
    .filter((path) => path !== '')
    .map((path) => `${path} is committed otherwise than it is built`);
  return { tree: git(clone, ['write-tree', '--prefix=dist/']), changed };
}
