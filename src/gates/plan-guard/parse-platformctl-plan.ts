import * as z from 'zod';
import { moduleIdSchema, shaSchema } from '../../model/identifiers.ts';
import { describeIssues } from './describe-issues.ts';
import {
  type JsonObject,
  type JudgedChange,
  type JudgedPlan,
  malformed,
  type PlanReading,
} from './judged-plan.ts';

/** Actions that leave something behind which can be had back. */
const HARMLESS_ACTIONS = ['create', 'update', 'recreate', 'pull'];
const DESTRUCTIVE_ACTIONS = ['remove', 'delete', 'destroy', 'replace'];

/** An entry of `changes`: platformctl writes objects or plain lines. */
const changeSchema = z.union([
  z.string().max(4096),
  z.looseObject({
    resource: z.string().max(512).optional(),
    action: z.string().max(64).optional(),
    destructive: z.boolean().optional(),
    sacred: z.boolean().optional(),
  }),
]);

const platformctlSchema = z.looseObject({
  exitCode: z.int().min(0).max(255),
  source_sha: shaSchema,
  changes: z.array(changeSchema).max(10_000),
  module: moduleIdSchema.optional(),
});

/**
 * Reads platformctl's `{exitCode, source_sha, changes}`: 0 = in sync, 1 =
 * drift, anything else = no plan. The commit is all that binds it.
 */
export function parsePlatformctlPlan(
  document: JsonObject,
  digest: string,
): PlanReading {
  const result = platformctlSchema.safeParse(document);
  if (!result.success) return malformed(describeIssues(result.error));
  const { exitCode, changes, module, source_sha: sourceSha } = result.data;
  const contradicts =
    (exitCode === 0 && changes.length > 0) ||
    (exitCode === 1 && changes.length === 0);
  if (contradicts) {
    return malformed(
      `exitCode ${exitCode} contradicts ${changes.length} changes`,
    );
  }
  const outcome =
    exitCode === 0 ? 'in-sync' : exitCode === 1 ? 'drift' : 'error';
  const judged: JudgedPlan = {
    format: 'platformctl',
    outcome,
    ...(outcome === 'error' ? { problem: `exitCode is ${exitCode}` } : {}),
    module,
    sourceSha,
    createdAt: undefined,
    changes: changes.map(judgeChange),
    digest,
    notes: [],
  };
  return { ok: true, plan: judged };
}

function judgeChange(change: z.output<typeof changeSchema>): JudgedChange {
  if (typeof change === 'string') {
    return {
      resource: change,
      action: 'change',
      destructive: 'unknown',
      sacred: false,
    };
  }
  const { resource = 'unnamed', action = 'change' } = change;
  const destroys =
    change.destructive === true || DESTRUCTIVE_ACTIONS.includes(action);
  const keeps =
    change.destructive === false || HARMLESS_ACTIONS.includes(action);
  const destructive = destroys || (keeps ? false : 'unknown');
  return { resource, action, destructive, sacred: change.sacred ?? false };
}
