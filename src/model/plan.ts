import * as z from 'zod';
import { moduleIdSchema, sha256Schema, shaSchema } from './identifiers.ts';

/** One thing that an apply would change. `detail` holds no times or secrets. */
export const planChangeSchema = z.strictObject({
  resource: z.string().min(1).max(512),
  action: z.enum(['create', 'update', 'recreate', 'remove', 'pull']),
  destructive: z.boolean().default(false),
  sacred: z.boolean().default(false),
  detail: z.string().max(2048).default(''),
});

/** Times are RFC 3339 in UTC, to the second or finer. */
export const timestampSchema = z.iso.datetime();

/**
 * `plan.json`. Only what the contract requires of a plan given to the guard is
 * required here; what a driver saw on the host is `observed`.
 */
export const planSchema = z
  .strictObject({
    schema: z.literal(1),
    module: moduleIdSchema,
    source_sha: shaSchema,
    tree: sha256Schema.optional(),
    created_at: timestampSchema,
    driver: z.enum(['compose', 'command']),
    host: moduleIdSchema,
    exit_code: z.union([z.literal(0), z.literal(1), z.literal(2)]),
    changes: z.array(planChangeSchema).max(10_000),
    expected: z.record(z.string(), z.unknown()).optional(),
    observed: z.record(z.string(), z.unknown()).optional(),
    health: z.enum(['healthy', 'unhealthy', 'unknown']).optional(),
    release_update: z.boolean().optional(),
    adopted: z.boolean().optional(),
    digest: z.string().regex(/^sha256:[0-9a-f]{64}$/),
  })
  .superRefine((plan, context) => {
    const contradiction =
      (plan.exit_code === 0 && plan.changes.length > 0) ||
      (plan.exit_code === 1 && plan.changes.length === 0);
    if (contradiction) {
      context.addIssue({
        code: 'custom',
        path: ['exit_code'],
        message: `${plan.exit_code} contradicts ${plan.changes.length} changes`,
      });
    }
  });

export type Plan = z.output<typeof planSchema>;
export type PlanChange = Plan['changes'][number];
