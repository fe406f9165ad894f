import * as z from 'zod';
import { passVerdict, type Verdict } from '../model/verdict.ts';

/** As steps that put something on record leave it in their evidence. */
const checkpointSchema = z.object({
  log: z.string(),
  size: z.int(),
  head: z.string(),
});

/**
 * How far the audit log went, as a row of the summary page: a copy that whoever
 * writes the log cannot change. Undefined where no step put anything there.
 */
export function tellCheckpoint(
  verdicts: readonly Verdict[],
): Verdict | undefined {
  const [last] = verdicts
    .flatMap(({ sha, evidence }) => {
      const { data } = checkpointSchema.safeParse(evidence['checkpoint']);
      return data ? [{ sha, ...data }] : [];
    })
    .slice(-1);
  if (last === undefined) return undefined;
  const { sha, log, size, head } = last;
  const reason = `The audit log ${log} has ${size} entries; the last one has the hash ${head}`;
  return passVerdict({ gate: 'audit-log', sha }, 'audit/appended', reason);
}
