import * as z from 'zod';
import { shaSchema } from '../../model/identifiers.ts';

/** One service as it runs; of several containers, what the first one is. */
const observedServiceSchema = z.strictObject({
  /** Keyed with a secret of the host: the plain hash covers secrets. */
  config: z.string(),
  image: z.string(),
  state: z.string(),
});

/** What apply compares, under the lock, with what the host says then. */
export const observedSchema = z.strictObject({
  release: z.string().nullable(),
  sha: shaSchema.nullable(),
  compose: z.string(),
  services: z.record(z.string(), observedServiceSchema),
  /** Keyed sum over all that the plan was made from. */
  facts: z.string().regex(/^[0-9a-f]{64}$/),
});

export type Observed = z.output<typeof observedSchema>;
