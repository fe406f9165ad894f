import type { GitRepository } from '../adapters/git.ts';
import { printable } from '../model/printable.ts';

const MOST_COMMITS = 200;
const MOST_PATHS = 1_000;
const MOST_AUTHORS = 10;
const MOST_CHARACTERS = 100;

/**
 * Names of the authors of what changed these paths between two commits, or of
 * the last change where there is no commit to begin at; the newest first, and
 * not many. Null where git cannot tell.
 */
export async function readAuthors(
  repository: GitRepository,
  range: { readonly since: string | undefined; readonly head: string },
  paths: readonly string[],
): Promise<string[] | null> {
  const { since, head } = range;
  const limit = since === undefined ? 1 : MOST_COMMITS;
  const asked = [head, ...(since === undefined ? [] : [`^${since}`])];
  const input = [...asked, '--', ...paths.slice(0, MOST_PATHS), ''].join('\n');
  const result = await repository.run(
    ['log', '--no-merges', '--format=%an', `--max-count=${limit}`, '--stdin'],
    { input },
  );
  if (result.exitCode !== 0) return null;
  const names = result.stdout.toString('utf8').split('\n').filter(Boolean);
  return [...new Set(names)]
    .slice(0, MOST_AUTHORS)
    .map((name) => printable(name).slice(0, MOST_CHARACTERS));
}
