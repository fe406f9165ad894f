import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { ActionError } from '../model/errors.ts';
import { type Verdict, verdictSchema } from '../model/verdict.ts';
import type { RunContext } from './run-context.ts';

const entrySchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('verdict'),
    job: z.string(),
    step: z.string(),
    verdict: verdictSchema,
  }),
  z.strictObject({
    kind: z.enum(['intent', 'result']),
    job: z.string(),
    step: z.string(),
    body: z.record(z.string(), z.unknown()),
  }),
]);

export type VerdictLogEntry = z.output<typeof entrySchema>;

/** The verdict file of one job: every step adds to it, none rewrites it. */
export interface VerdictLog {
  /** Entries of this job and attempt only, oldest first. */
  read(): VerdictLogEntry[];
  appendVerdict(step: string, verdict: Verdict): void;
  append(
    kind: 'intent' | 'result',
    step: string,
    body: Readonly<Record<string, unknown>>,
  ): void;
}

/**
 * Opens `verdicts.jsonl` in the job's folder. Entries carry the run, attempt
 * and job they belong to, so that a file left on a runner that is used again
 * cannot speak for another run.
 */
export function openVerdictLog(context: RunContext): VerdictLog {
  const { id, attempt } = context.identity;
  const job = [context.repository, id, attempt, context.job].join('/');
  const path = () => join(context.folder(), 'verdicts.jsonl');
  const add = (entry: VerdictLogEntry) =>
    appendFileSync(path(), `${JSON.stringify(entry)}\n`, { mode: 0o600 });
  return {
    read: () => readEntries(path()).filter((entry) => entry.job === job),
    appendVerdict: (step, verdict) =>
      add({ kind: 'verdict', job, step, verdict }),
    append: (kind, step, body) => add({ kind, job, step, body: { ...body } }),
  };
}

function readEntries(path: string): VerdictLogEntry[] {
  if (!existsSync(path)) return [];
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line, index) => {
      try {
        return entrySchema.parse(JSON.parse(line));
      } catch (cause) {
        throw new ActionError(
          'apply/gate-missing',
          `Line ${index + 1} of the verdict file cannot be read`,
          { cause },
        );
      }
    });
}

/** A verdict log that lives in memory, for lanes in one process. */
export function makeVerdictLog(): VerdictLog {
  const entries: VerdictLogEntry[] = [];
  const job = 'in-process';
  return {
    read: () => [...entries],
    appendVerdict: (step, verdict) =>
      entries.push({ kind: 'verdict', job, step, verdict }),
    append: (kind, step, body) =>
      entries.push({ kind, job, step, body: { ...body } }),
  };
}
