import * as z from 'zod';
import type { AuditEntry } from '../model/audit-entry.ts';
import {
  moduleIdSchema,
  sha256Schema,
  shaSchema,
} from '../model/identifiers.ts';
import { rollbackSchema } from '../model/rollback.ts';
import type { Status } from '../model/status.ts';
import type { Attempt } from './attempt.ts';

/** An attempt that is on record as begun, and not as ended. */
export interface OpenAttempt extends Omit<Attempt, 'record'> {
  /** Undefined where nothing says what the host calls it. */
  readonly record: string | undefined;
  /** When it was put on record; RFC 3339, UTC. */
  readonly since: string;
}

const intentSchema = z.object({
  module: moduleIdSchema,
  host: moduleIdSchema,
  sha: shaSchema,
  tree: sha256Schema,
  plan_digest: z.string(),
  attempt: z.string().regex(/^[A-Za-z0-9_-]{1,255}$/),
  rollback: rollbackSchema.optional(),
  by: z.object({ actor: z.string() }),
});

const endingSchema = z.object({
  module: moduleIdSchema,
  attempt: z.string(),
  result: z.string().refine((result) => result !== 'unknown'),
});

/**
 * Attempts of a module that nobody has seen end, by its status and by what of
 * the log is at hand. One source may have been lost or changed: then the other
 * still counts.
 */
export function findOpenAttempts(
  module: string,
  status: Status | undefined,
  entries: readonly AuditEntry[],
): OpenAttempt[] {
  const open = new Map<string | undefined, OpenAttempt>();
  if (status?.last_apply_result === 'unknown') {
    const attempt = openByStatus(status);
    open.set(attempt.record, attempt);
  }
  const logged = new Map<string, OpenAttempt>();
  for (const entry of entries) {
    const begun = entry.kind === 'intent' && openByEntry(entry, status);
    if (begun && begun.module === module) logged.set(begun.record, begun);
    const ended = isEnding(entry) && endingSchema.safeParse(entry.body);
    if (ended && ended.data?.module === module) {
      logged.delete(ended.data.attempt);
    }
  }
  for (const [record, attempt] of logged) {
    if (!open.has(record)) open.set(record, attempt);
  }
  // The latest one has the last word on the status.
  return [...open.values()].sort((one, other) =>
    one.since < other.since ? -1 : 1,
  );
}

function isEnding({ kind }: AuditEntry): boolean {
  return kind === 'result' || kind === 'reconcile';
}

function openByStatus(status: Status): OpenAttempt {
  return {
    module: status.module,
    host: status.last_apply_host,
    sha: status.attempted_sha,
    tree: status.attempted_tree,
    planDigest: status.plan_digest,
    record: status.attempt ?? undefined,
    actor: status.last_apply_actor,
    run: status.run,
    fence: status.fence,
    since: status.last_apply_at,
    ...(status.break_glass_reason !== null && {
      breakGlassReason: status.break_glass_reason,
    }),
    ...(status.rollback && { rollback: status.rollback }),
    previous: status,
  };
}

/** An intent that another program wrote names no record of ours. */
function openByEntry(
  { body, fence, run, time }: AuditEntry,
  previous: Status | undefined,
): (OpenAttempt & { readonly record: string }) | undefined {
  const { data } = intentSchema.safeParse(body);
  if (data === undefined) return undefined;
  const { module, host, sha, tree, plan_digest, attempt, by, rollback } = data;
  return {
    ...{ module, host, sha, tree, planDigest: plan_digest, record: attempt },
    ...{ actor: by.actor, run, fence, since: time, previous },
    ...(rollback && { rollback }),
  };
}
