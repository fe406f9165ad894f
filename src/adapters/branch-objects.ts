import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ActionError } from '../model/errors.ts';
import type { CommandResult } from './exec.ts';
import type { GitRepository } from './git.ts';
import type { Remote } from './git-remote.ts';

const QUIET_FETCH = [
  'fetch',
  '--quiet',
  '--no-tags',
  '--no-write-fetch-head',
  '--no-recurse-submodules',
  '--no-auto-maintenance',
];

/**
 * Makes the repository of a clone. The address goes into its configuration: a
 * remote that promises to hand out contents later must have a name.
 */
export async function initialiseClone(
  git: GitRepository,
  remote: Remote,
  options: { readonly filtered: boolean },
): Promise<void> {
  await git.output(['init', '--bare', '--quiet', '--template=']);
  const lines = [
    '[core]',
    'repositoryFormatVersion = 1',
    'bare = true',
    '[extensions]',
    ...(options.filtered ? ['partialClone = origin'] : []),
    '[fetch]',
    'fsckObjects = true',
    '[remote "origin"]',
    `url = ${quoteSetting(remote.url)}`,
    ...(options.filtered
      ? ['promisor = true', 'partialCloneFilter = blob:none']
      : []),
  ];
  writeFileSync(join(git.directory, 'config'), `${lines.join('\n')}\n`, {
    mode: 0o600,
  });
}

function quoteSetting(text: string): string {
  const escaped = text
    .replaceAll('\\', '\\\\')
    .replaceAll('"', '\\"')
    .replaceAll('\n', '\\n');
  return `"${escaped}"`;
}

/** Fetches one commit, cut off where `depth` says. */
export function fetchCommit(
  git: GitRepository,
  remote: Remote,
  wanted: { readonly commit: string; readonly depth: readonly string[] },
): Promise<CommandResult> {
  return git.run(
    [
      ...QUIET_FETCH,
      ...wanted.depth,
      'origin',
      `+${wanted.commit}:refs/remotes/origin/tip`,
    ],
    { remote },
  );
}

/** Sizes of contents that are here now, or why they could not be brought. */
export type ObtainedBlobs =
  | { readonly kind: 'here'; readonly sizes: ReadonlyMap<string, number> }
  | { readonly kind: 'failed'; readonly result: CommandResult };

/** Makes sure that contents are here, and tells how large each of them is. */
export async function obtainBlobs(
  git: GitRepository,
  remote: Remote,
  wanted: { readonly commit: string; readonly ids: readonly string[] },
): Promise<ObtainedBlobs> {
  const missing = await missingBlobs(git, wanted.commit);
  const ids = wanted.ids.filter((id) => missing.has(id));
  if (ids.length > 0) {
    const fetched = await fetchBlobs(git, remote, ids);
    const result = /unadvertised object|not our ref/.test(fetched.stderr)
      ? await borrowWhole(git, remote, wanted.commit)
      : fetched;
    if (result.exitCode !== 0) return { kind: 'failed', result };
  }
  return { kind: 'here', sizes: await blobSizes(git, wanted.ids) };
}

/** Asked without the network; a server that ignores filters leaves none. */
async function missingBlobs(
  git: GitRepository,
  commit: string,
): Promise<Set<string>> {
  const listed = await git.output([
    'rev-list',
    '--objects',
    '--no-object-names',
    '--missing=print',
    '--no-walk',
    commit,
  ]);
  const lines = listed.toString('latin1').split('\n');
  return new Set(
    lines.filter((line) => line.startsWith('?')).map((line) => line.slice(1)),
  );
}

function fetchBlobs(
  git: GitRepository,
  remote: Remote,
  ids: readonly string[],
): Promise<CommandResult> {
  return git.run(
    [
      // What we have is no help to the server: do not offer it.
      ...['-c', 'fetch.negotiationAlgorithm=noop'],
      ...QUIET_FETCH,
      ...['--filter=blob:none', '--stdin', 'origin'],
    ],
    { remote, input: `${ids.join('\n')}\n` },
  );
}

/**
 * Some servers filter but do not hand out single objects (protocol 0 behind
 * sshd). Then the whole tip is taken into a repository of its own, and this
 * one borrows from it.
 */
async function borrowWhole(
  git: GitRepository,
  remote: Remote,
  commit: string,
): Promise<CommandResult> {
  const whole = inside(git, join(git.directory, 'whole'));
  if (!existsSync(whole.directory)) {
    await initialiseClone(whole, remote, { filtered: false });
    writeFileSync(
      join(git.directory, 'objects', 'info', 'alternates'),
      `${join(whole.directory, 'objects')}\n`,
    );
  }
  return fetchCommit(whole, remote, { commit, depth: ['--depth=1'] });
}

/** A repository in the folder of another one: the last --git-dir counts. */
function inside(git: GitRepository, directory: string): GitRepository {
  const there = (args: readonly string[]) => [
    `--git-dir=${directory}`,
    ...args,
  ];
  return {
    directory,
    run: (args, options) => git.run(there(args), options),
    output: (args, options) => git.output(there(args), options),
  };
}

async function blobSizes(
  git: GitRepository,
  ids: readonly string[],
): Promise<Map<string, number>> {
  const answer = await git.output(['cat-file', '--batch-check'], {
    input: `${ids.join('\n')}\n`,
  });
  const sizes = new Map<string, number>();
  for (const line of answer.toString('latin1').trimEnd().split('\n')) {
    const match = /^([0-9a-f]{40}) blob (\d+)$/.exec(line);
    if (!match?.[1]) {
      throw new ActionError(
        'state/unavailable',
        `git did not bring the file content that was asked for: ${line}`,
      );
    }
    sizes.set(match[1], Number(match[2]));
  }
  return sizes;
}

/** Contents in the order of the ids; all of them must have been obtained. */
export async function readBlobs(
  git: GitRepository,
  ids: readonly string[],
  maxBytes: number,
): Promise<Buffer[]> {
  const answer = await git.output(['cat-file', '--batch'], {
    input: `${ids.join('\n')}\n`,
    // Each content has a line in front and a newline behind.
    maxBytes: maxBytes + ids.length * 80,
  });
  let offset = 0;
  return ids.map(() => {
    const start = answer.indexOf(0x0a, offset) + 1;
    const header = answer.subarray(offset, start).toString('latin1');
    const size = Number(/ blob (\d+)\n$/.exec(header)?.[1]);
    offset = start + size + 1;
    return answer.subarray(start, start + size);
  });
}
