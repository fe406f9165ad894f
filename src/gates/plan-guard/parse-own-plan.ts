import { planSchema } from '../../model/plan.ts';
import { planDigest } from '../../model/plan-digest.ts';
import { describeIssues } from './describe-issues.ts';
import {
  type JsonObject,
  type JudgedPlan,
  malformed,
  type PlanReading,
} from './judged-plan.ts';

const OUTCOMES = ['in-sync', 'drift', 'error'] as const;

/**
 * Reads `plan.json`. The digest is taken over the document as it stands in
 * the file, so that nothing added to it or left out of it goes unseen.
 */
export function parseOwnPlan(document: JsonObject): PlanReading {
  const result = planSchema.safeParse(document);
  if (!result.success) return malformed(describeIssues(result.error));
  const plan = result.data;
  const digest = digestOf(document);
  if (digest !== plan.digest) {
    return {
      ok: false,
      problem: {
        code: 'plan/digest-mismatch',
        reason: `says its digest is ${plan.digest}, but its content has ${digest ?? 'none'}`,
      },
    };
  }
  const judged: JudgedPlan = {
    format: 'apply-gates',
    outcome: OUTCOMES[plan.exit_code],
    module: plan.module,
    sourceSha: plan.source_sha,
    createdAt: new Date(plan.created_at),
    changes: plan.changes,
    digest,
    notes: [
      ...(plan.health === 'unhealthy' ? ['the module is unhealthy'] : []),
      ...(plan.release_update ? ['only the release would be renewed'] : []),
      ...(plan.adopted ? ['a running project would be adopted'] : []),
    ],
  };
  return { ok: true, plan: judged };
}

/** Undefined for what has no canonical form, such as a lone surrogate. */
function digestOf(document: JsonObject): string | undefined {
  try {
    return planDigest(document);
  } catch {
    return undefined;
  }
}
