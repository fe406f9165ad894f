import { ActionError } from '../../model/errors.ts';
import type { Manifest } from '../../model/manifest.ts';
import { readLineChanges } from '../../repository/changes.ts';
import { bringCommits } from '../../repository/history.ts';
import { readModuleFacts } from '../../repository/module-facts.ts';
import { type Ownership, openOwnership } from '../../repository/ownership.ts';
import { findPolicyBirth } from '../../repository/policy-birth.ts';
import type { Subject } from '../../repository/subject.ts';
import type { RemoteRecord } from '../read-record.ts';

/** A module, with the commits that approval has to be found for. */
export interface ModuleRange {
  readonly id: string;
  /** Newest first. */
  readonly commits: readonly string[];
}

export interface ModuleRanges {
  readonly modules: readonly ModuleRange[];
  /** The first-parent line that all of them lie on, newest first. */
  readonly line: readonly string[];
  readonly manifests: ReadonlyMap<string, Manifest>;
  /** Those of the modules that a change of these paths touches. */
  touched(paths: readonly string[]): readonly string[];
}

/**
 * Reads, for each module, every commit of the first-parent line that touched
 * it since it was last applied, or since approvals are asked for.
 */
export async function readRanges(
  subject: Subject,
  ids: readonly string[],
  record: RemoteRecord,
): Promise<ModuleRanges> {
  const { head, policy, repository } = subject;
  const facts = await readModuleFacts(subject, ids, record.statuses);
  const manifests = new Map(
    ids.flatMap((id) => {
      const manifest = facts.get(id)?.head;
      return manifest ? [[id, manifest] as const] : [];
    }),
  );
  const unknown = ids.find((id) => !manifests.has(id));
  if (unknown !== undefined) {
    const reason = `There is no module ${unknown} at ${head}`;
    throw new ActionError('scope/unknown-module', reason);
  }
  const ownership = await openOwnership(policy, manifests);
  const touched = (paths: readonly string[]) =>
    touchedOf(ids, ownership, paths);
  const since = await findSince(subject);
  const starts = ids.map(
    (id) => facts.get(id)?.status?.last_apply_sha ?? since,
  );
  const oldest = await repository.output([
    ...['merge-base', '--octopus', head],
    ...new Set(starts),
  ]);
  const line = await readLineChanges(
    repository,
    oldest.toString('latin1').trim(),
    head,
  );
  // Newest first: what is not on the line lies before all of it.
  const place = (sha: string | undefined) => {
    const found = line.findIndex((commit) => commit.sha === sha);
    return found < 0 ? line.length : found;
  };
  const touching = line.map(({ sha, paths }) => ({
    sha,
    ids: new Set(touched(paths)),
  }));
  return {
    manifests,
    touched,
    line: line.map(({ sha }) => sha),
    modules: ids.map((id, index) => ({
      id,
      commits: touching
        .slice(0, Math.min(place(starts[index]), place(since)))
        .flatMap((commit) => (commit.ids.has(id) ? [commit.sha] : [])),
    })),
  };
}

function touchedOf(
  ids: readonly string[],
  ownership: Ownership,
  paths: readonly string[],
): readonly string[] {
  const found = new Set<string>();
  for (const path of paths) {
    for (const id of ownership.owners(path)) found.add(id);
    for (const id of ownership.sharers(path)) found.add(id);
  }
  return found.has('*') ? ids : ids.filter((id) => found.has(id));
}

/** Commits up to this one need no approval. */
async function findSince(subject: Subject): Promise<string> {
  const { history, policy, policyPath, trusted, repository } = subject;
  const { since } = policy.approval;
  if (since === undefined) {
    const birth = await findPolicyBirth(repository, trusted, policyPath);
    return birth ?? trusted;
  }
  if ((await bringCommits(history, [since])).has(since)) return since;
  throw new ActionError(
    'scope/invalid-policy',
    `approval.since in ${policyPath} is ${since}, which the repository does not have`,
  );
}
