import * as z from 'zod';
import type { Ports } from '../step.ts';

/**
 * What the hosts told with their plans, by host. A plan from elsewhere tells
 * nothing.
 */
export function readToldByHosts<Value>(
  { verdicts }: Pick<Ports, 'verdicts'>,
  name: 'fences' | 'acknowledged',
  value: z.ZodType<Value>,
): ReadonlyMap<string, Value> {
  const schema = z.record(z.string(), value);
  const told = new Map<string, Value>();
  for (const entry of verdicts.read()) {
    if (entry.kind !== 'verdict' || entry.step !== 'module-plan') continue;
    const read = schema.safeParse(entry.verdict.evidence[name]);
    for (const [host, each] of Object.entries(read.data ?? {})) {
      told.set(host, each);
    }
  }
  return told;
}
