import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  fetchCommit,
  initialiseClone,
  type ObtainedBlobs,
  obtainBlobs,
  readBlobs,
} from './branch-objects.ts';
import type { CommandResult, Exec } from './exec.ts';
import { type GitRepository, openRepository } from './git.ts';
import type { Remote } from './git-remote.ts';

const MAX_HEADS_BYTES = 32 * 1024 * 1024;
const MAX_TREE_BYTES = 64 * 1024 * 1024;
/** Where the branches of a remote stand, or how asking for them ended. */
export type BranchTip =
  | {
      readonly kind: 'seen';
      /** Undefined where the branch does not exist. */
      readonly tip: string | undefined;
      /** Every branch, `refs/heads/<name>` -> commit. */
      readonly heads: ReadonlyMap<string, string>;
    }
  | { readonly kind: 'failed'; readonly result: CommandResult };

/**
 * A private bare repository that follows one branch of a remote: no work
 * tree, one commit deep, file contents only when somebody asks for them.
 */
export interface BranchClone {
  /** Asks the remote where it stands and fetches the branch's tip. */
  refresh(): Promise<BranchTip>;
  /** `ls-tree -z` of every file below a fetched commit. */
  tree(commit: string): Promise<Buffer>;
  /** Sizes of file contents, fetched in one go where they are missing. */
  obtain(commit: string, ids: readonly string[]): Promise<ObtainedBlobs>;
  /** Contents that `obtain` has brought. */
  contents(ids: readonly string[], maxBytes: number): Promise<Buffer[]>;
  /**
   * Commits that are known to lie behind a fetched commit, itself included,
   * and how many parents each of them really has.
   */
  history(commit: string): Promise<ReadonlyMap<string, number>>;
  /** Makes a commit from a fast-import stream that ends with `get-mark :1`. */
  write(stream: Buffer): Promise<string>;
  /** Offers a commit as the branch's next tip; only ever a fast-forward. */
  push(commit: string): Promise<CommandResult>;
  /** Removes the repository. */
  close(): void;
}

/** Makes an empty clone in a new private folder; nothing is asked yet. */
export function openBranchClone(options: {
  readonly exec: Exec;
  readonly remote: Remote;
  readonly branch: string;
  /** Private folder of the job. */
  readonly folder: string;
}): BranchClone {
  const directory = mkdtempSync(join(options.folder, 'branch-'));
  const { remote } = options;
  const git = openRepository(options.exec, directory, { bare: true });
  const ref = `refs/heads/${options.branch}`;
  let made: Promise<void> | undefined;
  const ready = () => {
    made ??= initialiseClone(git, remote, { filtered: true });
    return made;
  };
  let written = false;
  const fetchTip = makeTipFetcher(git, remote, { ref, isNew: () => !written });
  return {
    refresh: () => ready().then(fetchTip),
    tree: (commit) =>
      git.output(['ls-tree', '-r', '-z', '--full-tree', commit], {
        maxBytes: MAX_TREE_BYTES,
      }),
    obtain: (commit, ids) => obtainBlobs(git, remote, { commit, ids }),
    contents: (ids, maxBytes) => readBlobs(git, ids, maxBytes),
    history: async (commit) => {
      // The header is what the commit says; its parents may not be here.
      const listed = await git.output(['rev-list', '--header', commit]);
      return parseHistory(listed.toString('latin1'));
    },
    write: async (stream) => {
      await ready();
      written = true;
      const importing = ['fast-import', '--quiet', '--done'];
      const commit = await git.output(importing, { input: stream });
      return commit.toString('latin1').trim();
    },
    push: (commit) =>
      git.run([...push(remote), 'origin', `${commit}:${ref}`], { remote }),
    close: () => rmSync(directory, { recursive: true, force: true }),
  };
}

/**
 * The first fetch takes one commit. Later ones are not cut off, so that they
 * bring all that lies between: that is how a writer finds its own commit.
 */
function makeTipFetcher(
  git: GitRepository,
  remote: Remote,
  branch: { readonly ref: string; readonly isNew: () => boolean },
) {
  let known: string | undefined;
  return async (): Promise<BranchTip> => {
    const listed = await git.run(['ls-remote', '--heads', 'origin'], {
      remote,
      maxBytes: MAX_HEADS_BYTES,
    });
    if (listed.exitCode !== 0) return { kind: 'failed', result: listed };
    const heads = parseHeads(listed.stdout);
    const tip = heads.get(branch.ref);
    if (tip !== undefined && tip !== known) {
      const first = known === undefined && branch.isNew();
      const depth = first ? ['--depth=1'] : [];
      const fetched = await fetchCommit(git, remote, { commit: tip, depth });
      if (fetched.exitCode !== 0) return { kind: 'failed', result: fetched };
      known = tip;
    }
    return { kind: 'seen', tip, heads };
  };
}

function parseHeads(stdout: Buffer): Map<string, string> {
  const heads = new Map<string, string>();
  for (const line of stdout.toString('utf8').split('\n')) {
    const match = /^([0-9a-f]{40})\t(refs\/heads\/.+)$/.exec(line);
    if (match?.[1] && match[2]) heads.set(match[2], match[1]);
  }
  return heads;
}

function parseHistory(headers: string): Map<string, number> {
  const commits = headers.split('\0').filter((header) => header !== '');
  return new Map(
    commits.map((text) => {
      const [header = ''] = text.split('\n\n', 1);
      const [id = '', ...fields] = header.split('\n');
      const parents = fields.filter((field) => field.startsWith('parent '));
      return [id.trim(), parents.length];
    }),
  );
}

/**
 * A local path with a work tree is a person's own checkout: its hooks do not
 * run. The hooks of a bare repository are the rules of a server.
 */
function push(remote: Remote): string[] {
  const own =
    remote.protocol === 'file' && existsSync(join(remote.url, '.git'));
  return [
    'push',
    '--porcelain',
    '--no-verify',
    // A thin pack is made against contents that were never fetched.
    '--no-thin',
    '--no-recurse-submodules',
    ...(own
      ? ['--receive-pack=git -c core.hooksPath=/dev/null receive-pack']
      : []),
  ];
}
