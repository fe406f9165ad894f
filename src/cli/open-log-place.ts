import { statSync } from 'node:fs';
import type { RepositoryOptions } from './commands/options.ts';
import { openFilePlace, openFolderBranch } from './disk-log.ts';
import { openRemoteBranch, openRevisionBranch } from './git-log.ts';
import { type LogPlace, openBranchPlace } from './log-place.ts';
import type { Terminal } from './terminal.ts';

/**
 * Opens the log that a person means: a file, a folder, a commit of the
 * repository, or, where they name nothing, the state branch on the remote.
 */
export async function openLogPlace(
  place: string | undefined,
  options: RepositoryOptions,
  terminal: Terminal,
): Promise<LogPlace> {
  if (place === undefined) {
    return openBranchPlace(await openRemoteBranch(options, terminal));
  }
  const found = statSync(place, { throwIfNoEntry: false });
  if (found?.isDirectory()) return openBranchPlace(openFolderBranch(place));
  if (found !== undefined) return openFilePlace(place);
  return openBranchPlace(await openRevisionBranch(options.repo, place));
}
