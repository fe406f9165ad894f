import { ActionError } from '../model/errors.ts';
import type { Manifest } from '../model/manifest.ts';
import type { Status } from '../model/status.ts';
import { formatProblem } from '../model/yaml.ts';
import { presentCommits } from './history.ts';
import { type ManifestResult, readManifests } from './manifests.ts';
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
 * Reads the facts of modules by id. A manifest that cannot be read is
 * `scope/invalid-manifest`; a last applied commit that is gone is
 * `scope/history-rewritten`, since nobody can say what it declared.
 */
export async function readModuleFacts(
  subject: Subject,
  ids: readonly string[],
  statuses: ReadonlyMap<string, Status>,
): Promise<Map<string, ModuleFacts>> {
  const head = requireReadable(await read(subject, subject.head, ids));
  const names = namesOf(ids, head);
  const everyName = [...new Set([...names.values()].flat())];
  const base =
    subject.base === undefined
      ? new Map<string, Manifest>()
      : requireReadable(await read(subject, subject.base, everyName));
  const statusOf = (id: string) => firstOf(names.get(id), statuses);
  const lastApplied = await readLastApplied(subject, names, statusOf);
  const owned = await ownedPaths(
    await listTree(subject.repository, subject.head),
    subject.policy,
    head,
  );
  return new Map(
    ids.map((id) => {
      const entries = owned.get(id);
      const manifests = {
        head: head.get(id),
        base: firstOf(names.get(id), base),
        lastApplied: lastApplied.get(id),
      };
      const tree = entries && moduleTree(entries);
      return [id, composeFacts({ id, manifests, status: statusOf(id), tree })];
    }),
  );
}

/** A module and, where it was renamed, the name it had. */
function namesOf(
  ids: readonly string[],
  head: ReadonlyMap<string, Manifest>,
): Map<string, string[]> {
  return new Map(
    ids.map((id) => [
      id,
      [id, head.get(id)?.renamed_from ?? ''].filter((name) => name !== ''),
    ]),
  );
}

function firstOf<Value>(
  names: readonly string[] | undefined,
  values: ReadonlyMap<string, Value>,
): Value | undefined {
  const name = names?.find((each) => values.has(each));
  return name === undefined ? undefined : values.get(name);
}

function read(subject: Subject, sha: string, ids: readonly string[]) {
  return readManifests(subject.repository, sha, subject.policy, ids);
}

function requireReadable(
  results: ReadonlyMap<string, ManifestResult>,
): Map<string, Manifest> {
  const manifests = new Map<string, Manifest>();
  for (const [id, result] of results) {
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

async function readLastApplied(
  subject: Subject,
  names: ReadonlyMap<string, readonly string[]>,
  statusOf: (id: string) => Status | undefined,
): Promise<Map<string, Manifest>> {
  const idsBySha = new Map<string, string[]>();
  for (const id of names.keys()) {
    const sha = statusOf(id)?.last_apply_sha;
    if (sha) idsBySha.set(sha, [...(idsBySha.get(sha) ?? []), id]);
  }
  const shas = [...idsBySha.keys()];
  const present = await presentCommits(subject.repository, shas);
  const manifests = new Map<string, Manifest>();
  for (const [sha, ids] of idsBySha) {
    if (!present.has(sha)) {
      throw new ActionError(
        'scope/history-rewritten',
        `The commit last applied of ${ids.join(', ')}, ${sha}, is not in the repository`,
      );
    }
    const wanted = ids.flatMap((id) => names.get(id) ?? []);
    const found = requireReadable(await read(subject, sha, wanted));
    for (const id of ids) {
      const manifest = firstOf(names.get(id), found);
      if (manifest) manifests.set(id, manifest);
    }
  }
  return manifests;
}

function composeFacts(known: {
  readonly id: string;
  readonly manifests: Record<
    'head' | 'base' | 'lastApplied',
    Manifest | undefined
  >;
  readonly status: Status | undefined;
  readonly tree: string | undefined;
}): ModuleFacts {
  const { head, base, lastApplied } = known.manifests;
  const all = [head, base, lastApplied].filter((each) => each !== undefined);
  return {
    id: known.id,
    ...(head && { head }),
    ...(base && { base }),
    ...(lastApplied && { lastApplied }),
    ...(known.status && { status: known.status }),
    ...(known.tree !== undefined && { tree: known.tree }),
    stateful: all.some((manifest) => manifest.stateful),
    optedOut: all.some((manifest) => !manifest.auto_apply),
    selfHosting: all.some((manifest) => manifest.self_hosting),
  };
}
