import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** The folder of this repository. */
export const repositoryRoot = resolve(import.meta.dirname, '../..');

/** Files of the repository below some paths, ignored ones left out, sorted. */
export function listRepositoryFiles(...below: readonly string[]): string[] {
  const output = execFileSync(
    'git',
    [
      'ls-files',
      '-z',
      '--cached',
      '--others',
      '--exclude-standard',
      '--',
      ...below,
    ],
    { cwd: repositoryRoot, encoding: 'utf8' },
  );
  return [...new Set(output.split('\0'))]
    .filter((path) => path !== '' && existsSync(join(repositoryRoot, path)))
    .sort();
}

export function readRepositoryFile(path: string): string {
  return readFileSync(join(repositoryRoot, path), 'utf8');
}
