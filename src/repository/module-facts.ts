import { formatProblem } from '../model/document-problem.ts';
import { ActionError } from '../model/errors.ts';
import type { Manifest } from '../model/manifest.ts';
import type { Status } from '../model/status.ts';
import { presentCommits } from './history.ts';
import { readLiveManifests } from './live-manifests.ts';
import {
  type ManifestResult,
  readManifests,
  readManifestsAt,
} from './manifests.ts';
import { manifestPath } from './module-folders.ts';
import { moduleTree } from './module-tree.ts';
import { ownedPaths } from './ownership.ts';
import type { Subject } from './subject.ts';
import { listTree } from './tree.ts';

/** What is known about one module at every commit that counts. */
export interface ModuleFacts {
  readonly id: string;
  readonly head?: Manifest;
  readonly base?: Manifest;
  readonly lastApplied?: Manifest;
  readonly status?: Status;
  /** Identity of its content at head; only where it is there at head. */
  readonly tree?: string;
  /** True if head, base or the last applied commit says so. */
  readonly stateful: boolean;
  readonly optedOut: boolean;
  readonly selfHosting: boolean;
}

/**
 * Reads the facts of modules by id. A manifest that cannot be read at head is
 * `scope/invalid-manifest`; one that cannot be read earlier, or that is gone
 * from where it was last applied, counts as stateful. A last applied commit
 * that is gone is `scope/history-rewritten`: nobody can say what it declared.
 */
export async function readModuleFacts(
  subject: Subject,
  ids: readonly string[],
  statuses: ReadonlyMap<string, Status>,
): Promise<Map<string, ModuleFacts>> {
  const head = await readHead(subject, ids);
  const modules = ids.map((id): KnownModule => {
    const names = [id, head.get(id)?.renamed_from ?? ''].filter(Boolean);
    const records = names.flatMap((name) => statuses.get(name) ?? []);
    return { id, names, records, head: head.get(id) };
  });
  const earlier = await readEarlier(subject, modules);
  const owned = await ownedPaths(
    await listTree(subject.repository, subject.head),
    subject.policy,
    head,
  );
  return new Map(
    modules.map((module) => {
      const entries = owned.get(module.id);
      const tree = entries && moduleTree(entries);
      const found = earlier.get(module.id) ?? { taken: [] };
      return [module.id, composeFacts(module, found, tree)];
    }),
  );
}

interface KnownModule {
  readonly id: string;
  /** Its id and, where it was renamed, the one it had. */
  readonly names: readonly string[];
  readonly head: Manifest | undefined;
  /** Statuses under these names; the first one is its own. */
  readonly records: readonly Status[];
}

interface EarlierManifests {
  readonly base?: ManifestResult;
  readonly lastApplied?: ManifestResult;
  /** Of the one whose folder on the host it takes, at base and last applied. */
  readonly taken: readonly ManifestResult[];
}

async function readHead(
  { repository, head, policy }: Subject,
  ids: readonly string[],
): Promise<Map<string, Manifest>> {
  const manifests = new Map<string, Manifest>();
  for (const [id, result] of await readManifests(
    repository,
    head,
    policy,
    ids,
  )) {
    if (!result.ok) {
      throw new ActionError(
        'scope/invalid-manifest',
        `The manifest is not valid: ${result.problems.map(formatProblem).join('; ')}`,
      );
    }
    manifests.set(id, result.value);
  }
  return manifests;
}

/** What base and the last applied commits say. */
async function readEarlier(
  subject: Subject,
  modules: readonly KnownModule[],
): Promise<Map<string, EarlierManifests>> {
  const { repository, policy, base } = subject;
  const live = modules.flatMap(({ records }) =>
    records.flatMap(({ module, last_apply_sha: commit }) =>
      commit === null ? [] : [{ id: module, commit }],
    ),
  );
  const old =
    base === undefined
      ? []
      : modules.flatMap(({ names }) =>
          names.map((id) => ({ id, commit: base })),
        );
  await requirePresent(
    repository,
    [...old, ...live].map(({ commit }) => commit),
  );
  const { parseManifest } = await import('../model/manifest.ts');
  const [atBase, lastApplied] = await Promise.all([
    readManifestsAt(repository, policy.modules_dir, old),
    readLiveManifests(subject, live, (id, text) =>
      parseManifest(manifestPath(policy.modules_dir, id), text, id),
    ),
  ]);
  const baseOf = new Map(old.map(({ id }, index) => [id, atBase[index]]));
  const liveOf = new Map(live.map(({ id }, index) => [id, lastApplied[index]]));
  return new Map(
    modules.map(({ id, names }) => {
      // The present id comes first; the former one counts where it is not there.
      const [first, ...taken] = names.flatMap((name) => baseOf.get(name) ?? []);
      const [own, ...others] = names.flatMap((name) => liveOf.get(name) ?? []);
      const found = {
        ...(first && { base: first }),
        ...(own && { lastApplied: own }),
        taken: [...taken, ...others],
      };
      return [id, found];
    }),
  );
}

async function requirePresent(
  repository: Subject['repository'],
  shas: readonly string[],
): Promise<void> {
  const distinct = [...new Set(shas)];
  const present = await presentCommits(repository, distinct);
  const missing = distinct.find((sha) => !present.has(sha));
  if (missing === undefined) return;
  throw new ActionError(
    'scope/history-rewritten',
    `The commit ${missing}, which a module was last applied from, is not in the repository`,
  );
}

function composeFacts(
  { id, head, records: [status] }: KnownModule,
  earlier: EarlierManifests,
  tree: string | undefined,
): ModuleFacts {
  const readable = (result: ManifestResult | undefined) =>
    result?.ok ? result.value : undefined;
  const base = readable(earlier.base);
  const lastApplied = readable(earlier.lastApplied);
  const taken = earlier.taken.map(readable);
  const all = [head, base, lastApplied, ...taken].filter(
    (each) => each !== undefined,
  );
  const unreadable = [earlier.base, earlier.lastApplied, ...earlier.taken].some(
    (result) => result?.ok === false,
  );
  return {
    id,
    ...(head && { head }),
    ...(base && { base }),
    ...(lastApplied && { lastApplied }),
    ...(status && { status }),
    ...(tree !== undefined && { tree }),
    stateful:
      unreadable ||
      status?.retired?.stateful === true ||
      all.some((manifest) => manifest.stateful),
    optedOut: all.some((manifest) => !manifest.auto_apply),
    selfHosting: all.some((manifest) => manifest.self_hosting),
  };
}
