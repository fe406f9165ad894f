import type { GitRepository } from '../adapters/git.ts';
import { type Remote, withCredentials } from '../adapters/git-remote.ts';
import type { RunContext } from '../adapters/run-context.ts';
import { readObjects } from './blobs.ts';
import { readRemote } from './remote.ts';

/** A repository that can fetch what a shallow checkout left out. */
export interface History {
  readonly repository: GitRepository;
  /** Fetches commits; false where the remote does not give them. */
  fetch(shas: readonly string[], depth?: string): Promise<boolean>;
  /** The remote's refs that match, with their commits, in one call. */
  listRefs(...patterns: readonly string[]): Promise<Map<string, string>>;
}

/** How much of a shallow history is fetched at a time: some, then all. */
const DEEPENINGS = ['--deepen=100', '--unshallow'] as const;

export function openHistory(
  repository: GitRepository,
  context: RunContext,
  token: string | undefined,
): History {
  const withRemote = async <Value>(
    use: (remote: Remote) => Promise<Value>,
  ): Promise<Value> => {
    const found = await readRemote(context, repository);
    const { remote, close } = withCredentials(found, token, context.folder());
    try {
      return await use(remote);
    } finally {
      close();
    }
  };
  return {
    repository,
    fetch: (shas, depth) =>
      withRemote((remote) => fetchFrom(repository, remote, shas, depth)),
    listRefs: (...patterns) =>
      withRemote((remote) => listFrom(repository, remote, patterns)),
  };
}

async function listFrom(
  repository: GitRepository,
  remote: Remote,
  patterns: readonly string[],
): Promise<Map<string, string>> {
  const output = await repository.output(
    ['ls-remote', '--quiet', '--', remote.url, ...patterns],
    { remote },
  );
  return new Map(
    output
      .toString('utf8')
      .split('\n')
      .flatMap((line) => {
        const match = /^([0-9a-f]{40})\t(.+)$/.exec(line);
        return match?.[1] && match[2] ? [[match[2], match[1]] as const] : [];
      }),
  );
}

async function fetchFrom(
  repository: GitRepository,
  remote: Remote,
  shas: readonly string[],
  depth: string | undefined,
): Promise<boolean> {
  const result = await repository.run(
    [
      'fetch',
      '--quiet',
      '--no-tags',
      '--no-write-fetch-head',
      '--no-auto-maintenance',
      '--no-recurse-submodules',
      ...(depth === undefined ? [] : [depth]),
      '--',
      remote.url,
      ...shas,
    ],
    { remote },
  );
  return result.exitCode === 0;
}

/** Which of the commits the repository has. */
export async function presentCommits(
  repository: GitRepository,
  shas: readonly string[],
): Promise<Set<string>> {
  const objects = await readObjects(
    repository,
    shas.map((sha) => `${sha}^{commit}`),
  );
  return new Set(shas.filter((_, index) => objects[index]?.type === 'commit'));
}

/** Fetches the commits that are not there; tells which are there then. */
export async function bringCommits(
  history: History,
  shas: readonly string[],
): Promise<Set<string>> {
  const present = await presentCommits(history.repository, shas);
  const missing = [...new Set(shas)].filter((sha) => !present.has(sha));
  if (missing.length === 0) return present;
  let fetched = await history.fetch(missing);
  // A single commit that is gone must not hide the others.
  const apart = fetched || missing.length === 1 ? [] : missing;
  for (const sha of apart) fetched = (await history.fetch([sha])) || fetched;
  return fetched ? presentCommits(history.repository, shas) : present;
}

/**
 * Asks a question about history, with as much of it as needed: undefined where
 * it stays open although, or because, nothing more can be fetched.
 */
export async function askHistory<Answer>(
  history: History,
  shas: readonly string[],
  ask: () => Promise<Answer | undefined>,
): Promise<
  | { readonly answer: Answer; readonly complete?: undefined }
  | { readonly answer?: undefined; readonly complete: boolean }
> {
  const first = await ask();
  if (first !== undefined) return { answer: first };
  for (const depth of DEEPENINGS) {
    if (!(await isShallow(history.repository))) return { complete: true };
    if (!(await history.fetch(shas, depth))) return { complete: false };
    const answer = await ask();
    if (answer !== undefined) return { answer };
  }
  return { complete: !(await isShallow(history.repository)) };
}

/** Fetches what a shallow checkout left out; false where that failed. */
export async function completeHistory(
  history: History,
  sha: string,
): Promise<boolean> {
  if (!(await isShallow(history.repository))) return true;
  return history.fetch([sha], '--unshallow');
}

async function isShallow(repository: GitRepository): Promise<boolean> {
  const output = await repository.output([
    'rev-parse',
    '--is-shallow-repository',
  ]);
  return output.toString('utf8').trim() === 'true';
}

/** The commit a ref points to; undefined where there is no such ref. */
export async function readRef(
  repository: GitRepository,
  ref: string,
): Promise<string | undefined> {
  const result = await repository.run([
    'rev-parse',
    '--verify',
    '--quiet',
    '--end-of-options',
    `${ref}^{commit}`,
  ]);
  return result.exitCode === 0
    ? result.stdout.toString('utf8').trim()
    : undefined;
}

/**
 * Tip of the default branch as the checkout knows it: what was last fetched,
 * or the local branch where there is no remote.
 */
export async function readDefaultTip(
  repository: GitRepository,
  branch: string,
): Promise<string | undefined> {
  return (
    (await readRef(repository, `refs/remotes/origin/${branch}`)) ??
    (await readRef(repository, `refs/heads/${branch}`))
  );
}
