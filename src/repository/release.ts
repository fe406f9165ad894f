import type { GitRepository } from '../adapters/git.ts';
import type { Release, ReleaseFile } from '../drivers/driver.ts';
import { ActionError } from '../model/errors.ts';
import type { Manifest } from '../model/manifest.ts';
import type { Policy } from '../model/policy.ts';
import { printable } from '../model/printable.ts';
import { type Finding, finding } from '../model/verdict.ts';
import { readBlobs } from './blobs.ts';
import { moduleTree } from './module-tree.ts';
import {
  checkContents,
  checkEntries,
  type EntryProblem,
  MAX_RELEASE_BYTES,
  type ReleaseLayout,
} from './release-checks.ts';
import type { TreeEntry } from './tree.ts';

const MAX_TOLD_PROBLEMS = 20;

/** A module at one commit, with the entries it owns or shares there. */
export interface ReleaseSource {
  readonly sha: string;
  readonly manifest: Manifest;
  readonly policy: Policy;
  readonly entries: readonly TreeEntry[];
  /** Where it was live before: with the images that it ran with then. */
  readonly asBefore?: boolean;
}

export type ReleaseResult =
  | { readonly ok: true; readonly release: Release }
  | { readonly ok: false; readonly findings: readonly [Finding, ...Finding[]] };

/**
 * Makes the release of a module: the bytes as committed, through one
 * `cat-file --batch`. What could not be the same on the host as in git is
 * `scope/unsupported-entry`, before anything is sent.
 */
export async function readRelease(
  repository: GitRepository,
  source: ReleaseSource,
): Promise<ReleaseResult> {
  const { manifest, policy, entries } = source;
  const layout: ReleaseLayout = {
    folder: `${policy.modules_dir}/${manifest.id}`,
    hostPaths: [...manifest.host_files, ...manifest.host_dirs],
  };
  const [listed, ...alsoListed] = checkEntries(entries, layout);
  if (listed) return refused(manifest.id, [listed, ...alsoListed]);
  const bytes = await totalSize(repository, entries);
  if (bytes > MAX_RELEASE_BYTES) {
    const message = `holds ${bytes} bytes, more than ${MAX_RELEASE_BYTES}`;
    return refused(manifest.id, [{ path: layout.folder, message }]);
  }
  const files = await readFiles(repository, entries);
  const [read, ...alsoRead] = checkContents(files, layout);
  if (read) return refused(manifest.id, [read, ...alsoRead]);
  return {
    ok: true,
    release: {
      module: manifest.id,
      manifest,
      folder: layout.folder,
      sha: source.sha,
      tree: moduleTree(entries),
      ...(source.asBefore && { asBefore: true }),
      files: async () => files,
    },
  };
}

/** Sizes first: a large module is refused before its bytes are in memory. */
async function totalSize(
  repository: GitRepository,
  entries: readonly TreeEntry[],
): Promise<number> {
  if (entries.length === 0) return 0;
  const output = await repository.output(
    ['cat-file', '--batch-check=%(objectsize)'],
    { input: `${entries.map((entry) => entry.oid).join('\n')}\n` },
  );
  const sizes = output.toString('utf8').trimEnd().split('\n');
  const missing = sizes.find((size) => !/^\d+$/.test(size));
  if (missing !== undefined || sizes.length !== entries.length) {
    throw new ActionError(
      'git/unavailable',
      `A file of the module is not in the repository: ${printable(missing ?? 'git cat-file ended early')}`,
      { remedy: 'Check out without a filter (no filter: blob:none).' },
    );
  }
  return sizes.reduce((sum, size) => sum + Number(size), 0);
}

async function readFiles(
  repository: GitRepository,
  entries: readonly TreeEntry[],
): Promise<ReleaseFile[]> {
  const contents = await readBlobs(
    repository,
    entries.map(({ oid }) => ({ oid })),
  );
  return entries.map(({ path, mode }, index) => ({
    path,
    mode: mode === '100755' || mode === '120000' ? mode : '100644',
    content: contents[index] ?? Buffer.alloc(0),
  }));
}

function refused(
  module: string,
  problems: readonly [EntryProblem, ...EntryProblem[]],
): ReleaseResult {
  const tell = (reason: string) =>
    finding('scope/unsupported-entry', reason, { module });
  const describe = ({ path, message }: EntryProblem) =>
    tell(`${printable(JSON.stringify(path))} ${message}`);
  const [first, ...others] = problems;
  const told = others.slice(0, MAX_TOLD_PROBLEMS).map(describe);
  const rest = others.length - told.length;
  if (rest > 0) told.push(tell(`${rest} more entries are like that`));
  return { ok: false, findings: [describe(first), ...told] };
}
