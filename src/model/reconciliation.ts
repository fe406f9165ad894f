import * as z from 'zod';
import { moduleIdSchema, shaSchema } from './identifiers.ts';
import { timestampSchema } from './plan.ts';
import { runIdentitySchema } from './status.ts';

/** How long a claim counts: what a run of the lane may take. */
export const CLAIM_MS = 30 * 60_000;
/** Things that are remembered as told. */
export const MAX_TOLD = 1_000;

const claimSchema = z.strictObject({
  /** The commit that the modules are brought to. */
  head: shaSchema,
  modules: z.array(moduleIdSchema).min(1),
  /** Random, one for each job. */
  holder: z.string().regex(/^[0-9a-f]{32}$/),
  run: runIdentitySchema,
  /** By the clock of the holder. */
  at: timestampSchema,
});

export type Claim = z.output<typeof claimSchema>;

const toldSchema = z.strictObject({
  /** Which thing, such as `host:web:reconcile/drift`. */
  key: z.string().min(1).max(300),
  /** In which state it was told. */
  mark: z.string().regex(/^[0-9a-f]{16}$/),
});

export type Told = z.output<typeof toldSchema>;

/** `state/reconcile.json`: who catches up what, and what was told already. */
export const reconciliationSchema = z.strictObject({
  schema: z.literal(1),
  claim: claimSchema.nullable(),
  told: z.array(toldSchema).max(MAX_TOLD),
});

export type Reconciliation = z.output<typeof reconciliationSchema>;

export const RECONCILIATION_PATH = 'state/reconcile.json';
