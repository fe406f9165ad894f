import * as z from 'zod';
import { type PlanChange, planChangeSchema } from '../../model/plan.ts';
import { printable } from '../../model/printable.ts';

const outputSchema = z.object({
  changes: z
    .array(
      planChangeSchema.extend({
        resource: z.string().min(1),
        detail: z.string().default(''),
      }),
    )
    .max(10_000),
});

/** What a plan command said in words of our own, if it did. */
export type CommandOutput =
  | { readonly kind: 'changes'; readonly changes: readonly PlanChange[] }
  /** Text for people; only the exit status counts. */
  | { readonly kind: 'text' }
  /** It speaks our form, but not correctly: guessing could hide a deletion. */
  | { readonly kind: 'malformed'; readonly why: string };

/**
 * Reads the standard output of a plan command: one JSON document
 * `{"changes":[{resource, action, destructive?, sacred?, detail?}]}`, or text.
 */
export function parseCommandOutput(stdout: string): CommandOutput {
  const document = parseJson(stdout);
  if (
    typeof document !== 'object' ||
    document === null ||
    !Object.hasOwn(document, 'changes')
  ) {
    return { kind: 'text' };
  }
  const result = outputSchema.safeParse(document);
  if (result.success) return { kind: 'changes', changes: result.data.changes };
  const why = result.error.issues
    .slice(0, 3)
    .map((issue) => `${issue.path.join('.')}: ${issue.message}`)
    .join('; ');
  return { kind: 'malformed', why: printable(why) };
}

/** Changes as they may be published: redacted, bounded, in a fixed order. */
export function publishChanges(
  changes: readonly PlanChange[],
  redact: (text: string) => string,
): PlanChange[] {
  const shown = (text: string, length: number) =>
    printable(redact(text)).slice(0, length);
  return changes
    .map((change) => ({
      ...change,
      resource: shown(change.resource, 512),
      detail: shown(change.detail, 2048),
    }))
    .sort((left, right) => (left.resource < right.resource ? -1 : 1));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
