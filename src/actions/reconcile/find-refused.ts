import * as z from 'zod';
import {
  findSegments,
  OPEN_PATH,
  SEGMENT_FOLDER,
} from '../../audit/log-files.ts';
import { readLine } from '../../audit/read-line.ts';
import type { AuditEntry } from '../../model/audit-entry.ts';
import { moduleIdSchema, shaSchema } from '../../model/identifiers.ts';
import { openRanges } from '../../repository/control-range.ts';
import type { LastApplied } from '../../repository/last-applied.ts';
import type { Subject } from '../../repository/subject.ts';
import type { StateSnapshot } from '../../state/snapshot.ts';

const refusalSchema = z.object({
  gate: z.string(),
  code: z.string(),
  modules: z.array(moduleIdSchema),
  by: z.object({ sha: shaSchema, event: z.string() }),
});

interface Refusal extends z.output<typeof refusalSchema> {
  readonly run: string;
}

/**
 * Modules with a commit between what is live and head that a run has refused,
 * failed at, or was stopped at; and what that was, in words. A push was refused
 * as a whole; a dispatch speaks of what it names alone.
 */
export async function findRefused(
  { repository, head }: Pick<Subject, 'repository' | 'head'>,
  snapshot: StateSnapshot,
  lagging: readonly (LastApplied & { readonly since: string })[],
): Promise<ReadonlyMap<string, string>> {
  const refused = new Map<string, string>();
  if (lagging.length === 0) return refused;
  const oldest = lagging.map(({ since }) => since).sort()[0] ?? '';
  const refusals = await readRefusals(snapshot, Date.parse(oldest));
  if (refusals.length === 0) return refused;
  const whichHold = await openRanges(repository, lagging, head);
  for (const { by, modules, gate, code, run } of refusals) {
    const dispatched = by.event === 'workflow_dispatch';
    for (const id of whichHold(({ sha }) => sha === by.sha)) {
      if (dispatched && !modules.includes(id)) continue;
      refused.set(id, `run ${run} of ${by.sha} ended with ${code} (${gate})`);
    }
  }
  return refused;
}

/** Those that count, oldest first, from files that reach back far enough. */
async function readRefusals(
  snapshot: StateSnapshot,
  since: number,
): Promise<Refusal[]> {
  const segments = findSegments(snapshot.list(SEGMENT_FOLDER));
  const paths = [...segments.map(({ path }) => path), OPEN_PATH].reverse();
  const refusals: Refusal[] = [];
  for (const path of paths) {
    const lines = ((await snapshot.read(path)) ?? '').split('\n');
    const found = lines.flatMap((line) => readRefusal(line) ?? []);
    refusals.unshift(...found);
    const first = readEntry(lines[0] ?? '');
    if (first && Date.parse(first.time) < since) break;
  }
  return refusals;
}

function readRefusal(line: string): Refusal | undefined {
  const entry = line.includes('"refusal"') ? readEntry(line) : undefined;
  if (entry?.kind !== 'refusal') return undefined;
  const { data } = refusalSchema.safeParse(entry.body);
  if (data === undefined) return undefined;
  // A pull request was never to be applied; this action judges nothing.
  const counts = data.by.event !== 'pull_request' && data.gate !== 'reconcile';
  return counts ? { ...data, run: entry.run.url || entry.run.id } : undefined;
}

function readEntry(line: string): AuditEntry | undefined {
  const read = readLine(Buffer.from(line));
  return read.ok ? read.entry : undefined;
}
