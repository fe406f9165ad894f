import * as z from 'zod';
import { moduleIdSchema, sha256Schema, shaSchema } from './identifiers.ts';
import { timestampSchema } from './plan.ts';
import { runIdentitySchema } from './status.ts';

/** What stands beside a backup on its host, as `<backup>.receipt.json`. */
export const receiptSchema = z.object({
  schema: z.literal(1),
  module: moduleIdSchema,
  class: z.string(),
  /** Name of the host in the policy. */
  host: z.string(),
  /** By the clock of the runner; the name of the backup has the same. */
  taken_at: timestampSchema,
  /** Commit and content that said how to take it. */
  sha: shaSchema,
  tree: sha256Schema,
  run: runIdentitySchema,
  excludes: z.array(z.string()),
  /** True where something else took the backup, and a person vouched for it. */
  adopted: z.boolean(),
  /** Name of the file. */
  backup: z.string(),
  volumes: z.array(z.string()),
  method: z.string(),
  consistency: z.enum(['crash', 'paused', 'stopped', 'transaction', 'unknown']),
  size: z.int().min(1),
  sha256: sha256Schema,
  counts: z.record(z.string(), z.int()),
  tools: z.record(z.string(), z.string()),
  /** By the clock of the host; nothing is decided by it. */
  host_time: z.string(),
  /** When a restore of it was rehearsed last, by the clock of the runner. */
  verified_at: timestampSchema.nullable(),
});

export type Receipt = z.output<typeof receiptSchema>;

/** Reads a receipt; undefined where it is none. */
export function parseReceipt(text: string): Receipt | undefined {
  try {
    return receiptSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
