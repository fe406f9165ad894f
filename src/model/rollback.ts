import * as z from 'zod';
import { shaSchema } from './identifiers.ts';
import type { Verdict } from './verdict.ts';

export const rollbackSchema = z.strictObject({
  /** Commit that was live, by the host's own record. */
  from: shaSchema,
  reason: z.string(),
  actor: z.string(),
});

/** A way back that a person chose: from what, and why. */
export type Rollback = z.output<typeof rollbackSchema>;

/** The gate that says what is gone back to. */
export const ROLLBACK_GATE = 'rollback-target';

/** What the gate said; undefined where nothing is gone back to. */
export function rollbackOf(verdict: Verdict | undefined): Rollback | undefined {
  return verdict?.code === 'rollback/target'
    ? rollbackSchema.safeParse(verdict.evidence['rollback']).data
    : undefined;
}
