import * as z from 'zod';
import { durationSchema } from './duration.ts';

/** `health` of a manifest. */
export const healthSchema = z
  .strictObject({
    timeout: durationSchema
      .prefault('60s')
      .describe(
        'How long it may take to become healthy; must leave time for `streak` samples at `interval`.',
      ),
    streak: z
      .int()
      .min(1)
      .max(100)
      .default(3)
      .describe('Good samples in a row.'),
    interval: durationSchema.prefault('2s').describe('Between samples.'),
    http: z
      .string()
      .regex(
        /^https?:\/\/[A-Za-z0-9.:[\]-]+(?:\/[\x21-\x26\x28-\x5b\x5d-\x7e]*)?$/,
        'must be an http or https address',
      )
      .optional()
      .meta({
        description: 'Address asked from the host.',
        examples: ['http://127.0.0.1:3000/'],
      }),
  })
  .refine(
    ({ timeout, streak, interval }) => timeout > (streak - 1) * interval,
    {
      path: ['timeout'],
      message: 'must be longer than the samples take: (streak - 1) x interval',
    },
  );
