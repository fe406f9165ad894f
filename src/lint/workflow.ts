import * as z from 'zod';
import type {
  DocumentProblem,
  DocumentResult,
} from '../model/document-problem.ts';
import { readYaml } from '../model/yaml.ts';
import type { Place } from './lint-finding.ts';

/** Scripts are indented and full of brackets; only what nests counts less. */
const MAX_DEPTH = 100;

const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);
const text = scalar.transform((value) => (value === null ? '' : `${value}`));
// A whole mapping may be an expression; its keys are known to nobody.
const mapping = z.union([
  z.record(z.string(), text),
  z.string().transform(() => ({}) as Record<string, string>),
  z.null().transform(() => ({}) as Record<string, string>),
]);
const permissions = z.union([z.string(), z.record(z.string(), text)]);

const stepSchema = z.looseObject({
  id: text.optional(),
  uses: z.string().optional(),
  run: text.optional(),
  shell: text.optional(),
  if: text.optional(),
  'continue-on-error': text.optional(),
  env: mapping.default({}),
  with: mapping.default({}),
});
const jobSchema = z.looseObject({
  if: text.optional(),
  uses: z.string().optional(),
  secrets: z.unknown().optional(),
  'continue-on-error': text.optional(),
  'timeout-minutes': text.optional(),
  permissions: permissions.nullish(),
  concurrency: z.unknown().optional(),
  env: mapping.default({}),
  steps: z.array(stepSchema).default([]),
});
const workflowSchema = z.looseObject({
  on: z.union([
    z.string(),
    z.array(z.string()),
    z.record(z.string(), z.unknown()),
  ]),
  permissions: permissions.nullish(),
  concurrency: z.unknown().optional(),
  env: mapping.default({}),
  jobs: z.record(z.string(), jobSchema),
});

type RawStep = z.output<typeof stepSchema>;
type RawJob = z.output<typeof jobSchema>;
export type Permissions = z.output<typeof permissions>;

/** A part of a workflow, and where its keys stand. */
interface Located {
  /** The place of a key below it, or of itself. */
  readonly at: (...path: readonly string[]) => Place;
}

export interface Step extends Located {
  readonly raw: RawStep;
}

export interface Job extends Located {
  readonly id: string;
  readonly raw: RawJob;
  readonly steps: readonly Step[];
}

/** A workflow as the rules look at it. */
export interface Workflow extends Located {
  readonly file: string;
  /** Names of the events that start it, with what is said of each. */
  readonly events: ReadonlyMap<string, unknown>;
  readonly permissions: Permissions | undefined;
  readonly concurrency: unknown;
  readonly env: Readonly<Record<string, string>>;
  readonly jobs: readonly Job[];
  /** The whole document, for the rules of a forge. */
  readonly document: unknown;
}

/**
 * Reads a workflow from hostile text, through the bounded parser. What has not
 * the form of a workflow is a problem: no rule could be sure of its answer.
 */
export function parseWorkflow(
  file: string,
  content: string,
): DocumentResult<Workflow> {
  const read = readYaml(file, content, MAX_DEPTH);
  if (!read.ok) return read;
  const { value, placeOf } = read.value;
  const at = (...path: readonly (string | number)[]): Place => ({
    file,
    line: placeOf(path).line,
  });
  const checked = workflowSchema.safeParse(value);
  if (!checked.success) {
    const problems = checked.error.issues.map(
      ({ path, message }): DocumentProblem => ({
        file,
        ...placeOf(path),
        key: path.map(String).join('.'),
        message,
      }),
    );
    return { ok: false, problems };
  }
  const raw = checked.data;
  return {
    ok: true,
    value: {
      file,
      at,
      events: eventsOf(raw.on),
      permissions: raw.permissions ?? undefined,
      concurrency: raw.concurrency,
      env: raw.env,
      document: value,
      jobs: Object.entries(raw.jobs).map(([id, job]) => ({
        id,
        raw: job,
        at: (...path) => at('jobs', id, ...path),
        steps: job.steps.map((step, index) => ({
          raw: step,
          at: (...path) => at('jobs', id, 'steps', index, ...path),
        })),
      })),
    },
  };
}

function eventsOf(
  on: z.output<typeof workflowSchema>['on'],
): Map<string, unknown> {
  if (typeof on === 'string') return new Map([[on, undefined]]);
  return new Map(
    Array.isArray(on)
      ? on.map((name) => [name, undefined] as const)
      : Object.entries(on),
  );
}
