import * as z from 'zod';

const UNIT_MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const DURATION = /^([1-9][0-9]{0,5})([smhd])$/;

/**
 * Milliseconds of a duration such as `30s`, `15m`, `24h`, `7d`; undefined for
 * anything else, zero included.
 */
export function parseDuration(text: string): number | undefined {
  const match = DURATION.exec(text);
  if (!match?.[1] || !match[2]) return undefined;
  return Number(match[1]) * UNIT_MS[match[2] as keyof typeof UNIT_MS];
}

/** A duration in a document, as milliseconds. */
export const durationSchema = z
  .string()
  .regex(DURATION, {
    error: 'must be a duration such as 30s, 15m, 24h or 7d',
    abort: true,
  })
  .transform((text) => parseDuration(text) ?? z.NEVER);
