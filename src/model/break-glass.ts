import * as z from 'zod';
import type { Verdict } from './verdict.ts';

/** Who went past the approval gate, and why. */
export type BreakGlass = z.output<typeof breakGlassSchema>;

const breakGlassSchema = z.object({ actor: z.string(), reason: z.string() });

/** What the approval gate said of it; undefined where it was really asked. */
export function breakGlassOf(
  verdict: Verdict | undefined,
): BreakGlass | undefined {
  if (verdict?.code !== 'approval/break-glass') return undefined;
  return breakGlassSchema.safeParse(verdict.evidence['break_glass']).data;
}
