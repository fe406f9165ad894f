import * as z from 'zod';
import { shaSchema } from '../../model/identifiers.ts';

/** What apply compares, under the lock, with what the host says then. */
export const observedSchema = z.strictObject({
  release: z.string().nullable(),
  sha: shaSchema.nullable(),
  plan_status: z.int(),
  /** Keyed with a secret of the host; null where the output is for people. */
  plan_sum: z.string().nullable(),
});

export type Observed = z.output<typeof observedSchema>;
