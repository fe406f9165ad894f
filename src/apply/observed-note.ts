import * as z from 'zod';
import type { EntryDraft } from '../audit/plan-append.ts';
import type { AuditEntry } from '../model/audit-entry.ts';
import type { Verdict } from '../model/verdict.ts';
import type { GateCodes, RunOrigin } from './attempt-entries.ts';

const observationSchema = z.object({
  module: z.string(),
  /** What was not done, as the verdict says it. */
  said: z.string(),
  plan_digest: z.string().nullable(),
});

/** What would have been done to a module whose host is only observed. */
export type Observation = z.output<typeof observationSchema>;

const bodySchema = z.object({
  observed: z.array(observationSchema),
  sha: z.string(),
});

const resultSchema = z.object({ module: z.string() });

/** Most characters that the log keeps of what one module was said of. */
const MAX_CHARACTERS = 1_000;

/** What the verdicts of a lane say of modules that were only observed. */
export function findObserved(spoken: readonly Verdict[]): Observation[] {
  const plans = spoken.findLast((each) => each.gate === 'module-plan');
  const digests = z
    .array(z.object({ module: z.string(), digest: z.string() }))
    .catch([])
    .parse(plans?.evidence['plans']);
  return spoken
    .flatMap(({ findings }) => findings)
    .filter(({ code }) => code === 'apply/observed')
    .flatMap(({ module, reason }) => {
      const digest = digests.find((each) => each.module === module)?.digest;
      const said = reason.slice(0, MAX_CHARACTERS);
      return module ? [{ module, said, plan_digest: digest ?? null }] : [];
    });
}

export function observedNote(
  observed: readonly Observation[],
  about: { readonly sha: string; readonly gates: GateCodes },
  by: RunOrigin,
): EntryDraft {
  return { kind: 'note', fence: null, body: { observed, ...about, by } };
}

/** A module as it was last observed, and at which commit and time. */
export interface LastObserved extends Observation {
  readonly sha: string;
  readonly time: string;
}

/**
 * What of the log at hand was last observed of each module; nothing of one that
 * was applied since.
 */
export function readLastObserved(
  entries: readonly AuditEntry[],
): ReadonlyMap<string, LastObserved> {
  const last = new Map<string, LastObserved>();
  for (const { kind, body, time } of entries) {
    if (kind === 'result') {
      last.delete(resultSchema.safeParse(body).data?.module ?? '');
    }
    const note = kind === 'note' ? bodySchema.safeParse(body).data : undefined;
    for (const each of note?.observed ?? []) {
      last.set(each.module, { ...each, sha: note?.sha ?? '', time });
    }
  }
  return last;
}
