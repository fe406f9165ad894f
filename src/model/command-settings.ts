import * as z from 'zod';
import { durationSchema } from './duration.ts';

const argvSchema = z
  .array(
    z
      .string()
      .max(4096)
      .regex(/^[^\0]*$/),
  )
  .min(1)
  .max(64);

/** `command` of a manifest. */
export const commandSchema = z.strictObject({
  plan: argvSchema.meta({
    description:
      'What says whether something would change, as an argv list; run in the release folder, without a shell.',
    examples: [['./modules/site/plan.sh']],
  }),
  apply: argvSchema.meta({
    description: 'What applies, as an argv list.',
    examples: [['./modules/site/apply.sh']],
  }),
  health: argvSchema.optional().meta({
    description:
      'Argv list; exit 0 is a good sample. Required where `health.http` is not given.',
    examples: [['./modules/site/health.sh']],
  }),
  stop: argvSchema.optional().meta({
    description: 'Argv list; run when the very first apply of a module fails.',
    examples: [['./modules/site/stop.sh']],
  }),
  drift_exit_codes: z
    .array(z.int().min(1).max(125))
    .min(1)
    .default([2])
    .describe('Exit codes of `plan` that mean "would change something".'),
  timeout: durationSchema.prefault('120s').describe('For each command.'),
});
