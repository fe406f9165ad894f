import type { Policy } from '../model/policy.ts';
import type { Status } from '../model/status.ts';
import { isAncestor } from './ancestry.ts';
import { bringCommits, type History } from './history.ts';
import { readManifests } from './manifests.ts';
import { moduleTree } from './module-tree.ts';
import { ownedPaths } from './ownership.ts';
import { listTree } from './tree.ts';

/**
 * Where what is live of a module stands to the default branch. The content
 * counts first: what is the same there is in sync, whatever commit it is from.
 */
export type LivePosition =
  | 'in-sync'
  | 'behind'
  | 'ahead'
  | 'diverged'
  /** It is not known what is live, or history does not reach that far. */
  | 'unknown';

interface Branch {
  readonly history: History;
  readonly policy: Policy;
  /** Tip of the default branch; undefined where nobody can tell. */
  readonly tip: string | undefined;
}

/** Compares statuses with the default branch, by module. */
export async function readLivePositions(
  { history, policy, tip }: Branch,
  statuses: readonly Status[],
): Promise<ReadonlyMap<string, LivePosition>> {
  const shas = statuses.flatMap(({ last_apply_sha: sha }) => sha ?? []);
  const wanted = tip === undefined ? [] : [tip, ...shas];
  const present = await bringCommits(history, [...new Set(wanted)]);
  const positions = new Map<string, LivePosition>();
  if (tip === undefined || !present.has(tip)) return positions;
  const ids = statuses.map(({ module }) => module);
  const trees = await readTrees({ history, policy, tip }, ids);
  const known = { history, tip, present };
  for (const status of statuses) {
    const tree = trees.get(status.module);
    positions.set(status.module, await positionOf(status, tree, known));
  }
  return positions;
}

async function readTrees(
  { history, policy, tip }: Branch & { readonly tip: string },
  ids: readonly string[],
): Promise<Map<string, string>> {
  const { repository } = history;
  const results = await readManifests(repository, tip, policy, ids);
  const manifests = new Map(
    [...results].flatMap(([id, result]) =>
      result.ok ? [[id, result.value] as const] : [],
    ),
  );
  const entries = await listTree(repository, tip);
  const owned = await ownedPaths(entries, policy, manifests);
  return new Map([...owned].map(([id, paths]) => [id, moduleTree(paths)]));
}

async function positionOf(
  { last_apply_sha: sha, last_apply_result: result, tree }: Status,
  wanted: string | undefined,
  known: {
    readonly history: History;
    readonly tip: string;
    readonly present: ReadonlySet<string>;
  },
): Promise<LivePosition> {
  if (result === 'unknown' || sha === null || tree === null) return 'unknown';
  if (tree === wanted) return 'in-sync';
  const { history, tip, present } = known;
  if (!present.has(sha)) return 'unknown';
  const { repository } = history;
  if (await isAncestor(repository, sha, tip)) return 'behind';
  if (await isAncestor(repository, tip, sha)) return 'ahead';
  const shallow = await repository.run([
    'rev-parse',
    '--is-shallow-repository',
  ]);
  // Where history is cut off nobody can say that two lines never meet.
  const whole = shallow.stdout.toString('utf8').trim() === 'false';
  return whole ? 'diverged' : 'unknown';
}
