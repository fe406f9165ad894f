import * as z from 'zod';
import { liveShaSchema } from '../live-sha.ts';

/** Not coerced: a missing status must not become 0, which is in sync. */
const numberSchema = z
  .string()
  .regex(/^[0-9]{1,9}$/)
  .transform(Number);

/** What the host says of the plan command that it ran. */
export const planAnswerSchema = z.object({
  status: numberSchema,
  sum: z.string().regex(/^[0-9a-f]{64}$/),
  live: z.string().regex(/^(?:[0-9a-f]{64})?$/),
  live_sha: liveShaSchema,
  health: z.enum(['healthy', 'unhealthy', 'unknown']),
  /** More came to standard output than the program keeps. */
  flooded: z.enum(['yes', 'no']),
  stdout: z.string(),
  stderr: z.string(),
});

export type PlanAnswer = z.output<typeof planAnswerSchema>;
