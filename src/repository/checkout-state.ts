import type { GitRepository } from '../adapters/git.ts';
import { ActionError } from '../model/errors.ts';
import { printable } from '../model/printable.ts';
import { readRef } from './history.ts';

/** What is checked out, and the tracked files that differ from it. */
export interface CheckoutState {
  readonly head: string | undefined;
  readonly dirty: readonly string[];
}

/**
 * Looks at the checkout without running anything that its configuration
 * names: to compare a file git would hand it to a filter.
 */
export async function readCheckoutState(
  repository: GitRepository,
): Promise<CheckoutState> {
  const [head, filters] = await Promise.all([
    readRef(repository, 'HEAD'),
    listFilters(repository),
  ]);
  const output = await repository.output([
    ...filters.flatMap((name) => [
      ...['-c', `${name}.clean=`, '-c', `${name}.process=`],
      ...['-c', `${name}.required=false`],
    ]),
    'status',
    '--porcelain=v1',
    '-z',
    '--untracked-files=no',
    '--ignore-submodules=dirty',
    '--no-renames',
  ]);
  const dirty = output
    .toString('utf8')
    .split('\0')
    .filter(Boolean)
    .map((entry) => entry.slice(3));
  return { head, dirty };
}

/** Sections of the configuration that name a filter. */
async function listFilters(repository: GitRepository): Promise<string[]> {
  const found = await repository.run([
    'config',
    '--name-only',
    '-z',
    '--get-regexp',
    '^filter\\.',
  ]);
  const names = found.stdout
    .toString('utf8')
    .split('\0')
    .map((name) => name.slice(0, name.lastIndexOf('.')))
    .filter((name) => name !== '');
  const odd = names.find((name) => name.includes('='));
  if (odd === undefined) return [...new Set(names)];
  throw new ActionError(
    'git/unavailable',
    `The configuration of the checkout has ${printable(odd)}, which cannot be switched off`,
  );
}
