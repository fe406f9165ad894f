import * as z from 'zod';
import {
  type ClaimPlace,
  findFalseClaims,
  type LiveClaim,
} from '../../gates/apply-readiness/live-claim.ts';
import { shaSchema } from '../../model/identifiers.ts';
import type { Manifest } from '../../model/manifest.ts';
import type { Plan } from '../../model/plan.ts';
import { type Finding, finding } from '../../model/verdict.ts';
import { isAncestor, isOnFirstParentLine } from '../../repository/ancestry.ts';
import { bringCommits } from '../../repository/history.ts';
import type { ModuleFacts } from '../../repository/module-facts.ts';
import { moduleTree } from '../../repository/module-tree.ts';
import { ownedPaths } from '../../repository/ownership.ts';
import type { Subject } from '../../repository/subject.ts';
import { listTree } from '../../repository/tree.ts';
import type { LaneRecord } from './check-lane.ts';

/** A plan without it says nothing of what is live, which is no pass. */
const observedSchema = z.object({ sha: shaSchema.nullable() }).catch({
  sha: null,
});

/**
 * Holds what the status says is live to what the host said when it was asked
 * for the plan. Where a person went past the approval, no range was looked at.
 */
export async function checkLive(
  subject: Subject,
  { lane }: LaneRecord,
  known: {
    readonly facts: ReadonlyMap<string, ModuleFacts>;
    readonly plans: ReadonlyMap<string, Plan>;
  },
): Promise<readonly Finding[]> {
  if (lane.name === 'approved' && lane.commit.breakGlass) return [];
  if (lane.name === 'rollback') {
    return findMoved(lane.commit.rollback?.from, known.plans);
  }
  const claims: LiveClaim[] = [];
  for (const [id, { head, status }] of known.facts) {
    const claimed = status?.last_apply_sha;
    const plan = known.plans.get(id);
    if (!head || !status || !claimed || !plan) continue;
    const { sha: live } = observedSchema.parse(plan.observed);
    claims.push({
      ...{ module: id, host: plan.host, claimed, live },
      place: await placeOf(subject, head, { claimed, live }),
      raced: status.last_apply_at >= plan.created_at,
    });
  }
  return findFalseClaims(claims);
}

/** No range is looked at; but what is gone back from must still be live. */
function findMoved(
  from: string | undefined,
  plans: ReadonlyMap<string, Plan>,
): readonly Finding[] {
  return [...plans.values()].flatMap(({ host, module, observed }) => {
    const { sha } = observedSchema.parse(observed);
    if (sha === from) return [];
    const reason = `${host} runs ${sha ?? 'nothing'} of ${module} by now, and was to be taken back from ${from}`;
    return [finding('apply/plan-changed', reason, { module })];
  });
}

async function placeOf(
  subject: Subject,
  manifest: Manifest,
  { claimed, live }: { readonly claimed: string; readonly live: string | null },
): Promise<ClaimPlace> {
  if (claimed === live) return 'covers';
  if (live === null) return 'newer';
  const { head, history, repository } = subject;
  if (!(await bringCommits(history, [live])).has(live)) return 'newer';
  if (await isAncestor(repository, claimed, live)) return 'covers';
  // Such as a change that was rolled back and then taken back: in sync again.
  const inLine =
    (await isOnFirstParentLine(repository, live, claimed)) &&
    (await isOnFirstParentLine(repository, claimed, head));
  if (!inLine) return 'newer';
  const [then, now] = await Promise.all(
    [live, claimed].map((sha) => contentAt(subject, manifest, sha)),
  );
  return then === now ? 'covers' : 'newer';
}

/** What of a commit the module, as it is declared now, consists of. */
async function contentAt(
  { policy, repository }: Subject,
  manifest: Manifest,
  sha: string,
): Promise<string> {
  const manifests = new Map([[manifest.id, manifest]]);
  const entries = await listTree(repository, sha);
  const owned = await ownedPaths(entries, policy, manifests);
  return moduleTree(owned.get(manifest.id) ?? []);
}
