import * as z from 'zod';
import { moduleIdSchema, sha256Schema, shaSchema } from './identifiers.ts';
import { timestampSchema } from './plan.ts';
import { rollbackSchema } from './rollback.ts';

export const runIdentitySchema = z.strictObject({
  id: z.string(),
  number: z.string(),
  attempt: z.string(),
  url: z.string(),
});

/** Which run of the forge (or of the command line) did something. */
export type RunIdentity = z.output<typeof runIdentitySchema>;

/**
 * `.platform/state/modules/<id>.status.json` on the state branch. `tree` and
 * `last_apply_sha` say what is live; `attempted_*` what was last tried.
 */
export const statusSchema = z.strictObject({
  schema: z.literal(1),
  module: moduleIdSchema,
  last_apply_sha: shaSchema.nullable(),
  approved_sha: shaSchema.nullable(),
  head_sha: shaSchema.nullable(),
  last_apply_pr: z.int().positive().nullable(),
  last_apply_at: timestampSchema,
  last_apply_host: moduleIdSchema,
  last_apply_actor: z.string(),
  last_apply_returncode: z.int(),
  last_apply_result: z.enum([
    'applied',
    'noop',
    'rolled_back',
    'failed',
    'unknown',
  ]),
  tree: sha256Schema.nullable(),
  attempted_sha: shaSchema,
  attempted_tree: sha256Schema,
  plan_digest: z.string(),
  health: z.enum(['healthy', 'unhealthy', 'unknown']),
  restarts: z.int().min(0).nullable(),
  run: runIdentitySchema,
  /** Name of the host's own record of the attempt. */
  attempt: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,255}$/)
    .nullish(),
  break_glass_reason: z.string().nullable(),
  fence: z.int().min(0).nullable(),
  /** Only where a person went back to what was live before. */
  rollback: rollbackSchema.optional(),
  /** Only where a person took it out of service; nothing of it is live then. */
  retired: z
    .strictObject({
      /** Commit that was live. */
      sha: shaSchema.nullable(),
      at: timestampSchema,
      actor: z.string(),
      reason: z.string(),
      /** Counts for a module that comes back under the same id. */
      stateful: z.boolean(),
    })
    .optional(),
});

export type Status = z.output<typeof statusSchema>;

/** Where the status of a module is kept on the state branch. */
export function statusPath(module: string): string {
  return `.platform/state/modules/${module}.status.json`;
}
