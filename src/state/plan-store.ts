import { type Plan, planSchema } from '../model/plan.ts';
import type { StateSnapshot } from './snapshot.ts';
import type { StateChange } from './state-change.ts';

/** So many plans of a module there may be, before the oldest go. */
const MOST_PLANS = 20;
const KEPT_PLANS = 10;
/** One that is larger is not kept: every reader would have to fetch it. */
const MAX_PLAN_BYTES = 256 * 1024;

const FOLDER = 'state/plans/';

/** Where a plan is kept on the state branch, by its digest. */
export function planPath({ module, digest }: Plan): string {
  return `${FOLDER}${module}/${digest.replace('sha256:', '')}.json`;
}

/**
 * The change that keeps plans by their digests. Their number is bounded: now
 * and then all but the newest of a module are removed.
 */
export async function keepPlans(
  snapshot: StateSnapshot,
  plans: readonly Plan[],
): Promise<StateChange> {
  const change = new Map<string, string | null>();
  for (const plan of plans) {
    const path = planPath(plan);
    const folder = `${FOLDER}${plan.module}/`;
    const there = snapshot.list(folder);
    const text = `${JSON.stringify(plan, undefined, 2)}\n`;
    if (there.includes(path) || Buffer.byteLength(text) > MAX_PLAN_BYTES) {
      continue;
    }
    change.set(path, text);
    if (there.length < MOST_PLANS) continue;
    const newest = await sortByAge(snapshot, there);
    for (const old of newest.slice(KEPT_PLANS - 1)) change.set(old, null);
  }
  return change;
}

/** The newest first; what cannot be read counts as the oldest. */
async function sortByAge(
  snapshot: StateSnapshot,
  paths: readonly string[],
): Promise<string[]> {
  const texts = await snapshot.readAll(paths);
  const ages = new Map([...texts].map(([path, text]) => [path, timeOf(text)]));
  return [...paths].sort(
    (one, other) => (ages.get(other) ?? 0) - (ages.get(one) ?? 0),
  );
}

function timeOf(text: string): number {
  try {
    return Date.parse(planSchema.parse(JSON.parse(text)).created_at);
  } catch {
    return 0;
  }
}
