import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { makeBundles } from '../build/bundles.ts';

/**
 * What is wrong with dist/: it must hold exactly what a build makes, byte for
 * byte, and git must know every file of it.
 */
export async function findStaleBundles(root: string): Promise<string[]> {
  const bundles = await makeBundles(root, { logLevel: 'silent' });
  const present = listFiles(join(root, 'dist'));
  const wrong = [...bundles].flatMap(([path, contents]) => {
    const target = join(root, 'dist', path);
    if (!present.includes(path)) return [`dist/${path} is missing`];
    if (!readFileSync(target).equals(contents)) {
      return [`dist/${path} is not what the sources give`];
    }
    const runnable = (statSync(target).mode & 0o111) !== 0;
    return runnable === (path === 'cli.js')
      ? []
      : [`dist/${path} has the wrong executable bit`];
  });
  const foreign = present
    .filter((path) => !bundles.has(path))
    .map((path) => `dist/${path} comes from no source`);
  return [...wrong, ...foreign, ...findUnknownToGit(root)];
}

function listFiles(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
}

/** Untracked and changed files; what is staged as a whole may stay. */
function findUnknownToGit(root: string): string[] {
  const { status, stdout, stderr } = spawnSync(
    'git',
    ['status', '--porcelain', '--untracked-files=all', '--', 'dist'],
    { cwd: root, encoding: 'utf8' },
  );
  if (status !== 0) return [`git status failed: ${stderr.trim()}`];
  return stdout
    .split('\n')
    .filter((line) => line !== '' && line[1] !== ' ')
    .map((line) => `git does not have it: ${line}`);
}
