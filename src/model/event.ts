import * as z from 'zod';
import { ActionError } from './errors.ts';
import { shaSchema } from './identifiers.ts';
import { printable } from './printable.ts';

/**
 * The event that started a run, as far as the gates look at it. Everything in
 * it comes from the forge's event file, never from inputs of a workflow.
 */
export type LaneEvent =
  | {
      readonly name: 'push';
      /** Zero id on the first push of a branch. */
      readonly before: string;
      readonly after: string;
      /** Full ref, `refs/heads/<branch>`. */
      readonly ref: string;
      readonly defaultBranch: string;
    }
  | {
      readonly name: 'pull_request';
      readonly number: number;
      /** Tip of the base branch when the event was made. */
      readonly base: string;
      readonly head: string;
      readonly baseRef: string;
      /** True where head lives in another repository. */
      readonly fork: boolean;
      readonly defaultBranch: string;
    }
  | {
      readonly name: 'workflow_dispatch';
      readonly sha: string;
      readonly ref: string;
      readonly inputs: Readonly<Record<string, string>>;
      readonly defaultBranch: string;
    }
  | {
      readonly name: 'other';
      readonly event: string;
      readonly defaultBranch: string;
    };

const repositorySchema = z.looseObject({
  default_branch: z.string().min(1).optional(),
});

const otherSchema = z.looseObject({ repository: repositorySchema });

const pushSchema = z.looseObject({
  before: shaSchema,
  after: shaSchema,
  ref: z.string(),
  repository: repositorySchema.optional(),
});

const pullRequestSchema = z.looseObject({
  pull_request: z.looseObject({
    number: z.int().positive(),
    base: z.looseObject({
      sha: shaSchema,
      ref: z.string(),
      repo: z.looseObject({ full_name: z.string() }).nullish(),
    }),
    head: z.looseObject({
      sha: shaSchema,
      repo: z.looseObject({ full_name: z.string() }).nullish(),
    }),
  }),
  repository: repositorySchema.optional(),
});

const dispatchSchema = z.looseObject({
  ref: z.string().optional(),
  inputs: z
    .record(
      z.string(),
      z.union([z.string(), z.boolean(), z.number()]).transform(String),
    )
    .nullish(),
  repository: repositorySchema.optional(),
});

/** What the runner says beside the event file. */
export interface EventSurroundings {
  readonly name: string;
  readonly sha: string;
  readonly ref: string;
}

/**
 * Reads the event file of a run. An event that no lane knows is `other`; one
 * that is known but broken is `input/malformed`.
 */
export function parseEvent(
  surroundings: EventSurroundings,
  payload: unknown,
): LaneEvent {
  switch (surroundings.name) {
    case 'push': {
      const push = checked(pushSchema, payload);
      return {
        name: 'push',
        before: push.before,
        after: push.after,
        ref: push.ref,
        defaultBranch: push.repository?.default_branch ?? 'main',
      };
    }
    case 'pull_request': {
      const { pull_request, repository } = checked(pullRequestSchema, payload);
      return {
        name: 'pull_request',
        number: pull_request.number,
        base: pull_request.base.sha,
        head: pull_request.head.sha,
        baseRef: pull_request.base.ref,
        fork:
          pull_request.head.repo?.full_name !==
          pull_request.base.repo?.full_name,
        defaultBranch: repository?.default_branch ?? 'main',
      };
    }
    case 'workflow_dispatch': {
      const dispatch = checked(dispatchSchema, payload);
      return {
        name: 'workflow_dispatch',
        sha: checked(shaSchema, surroundings.sha),
        // The runner's ref is a full one; the payload's may be short.
        ref: surroundings.ref || (dispatch.ref ?? ''),
        inputs: dispatch.inputs ?? {},
        defaultBranch: dispatch.repository?.default_branch ?? 'main',
      };
    }
    default: {
      const other = otherSchema.safeParse(payload);
      return {
        name: 'other',
        event: printable(surroundings.name),
        defaultBranch: other.data?.repository.default_branch ?? 'main',
      };
    }
  }
}

function checked<Schema extends z.ZodType>(
  schema: Schema,
  payload: unknown,
): z.output<Schema> {
  const result = schema.safeParse(payload);
  if (result.success) return result.data;
  const issues = result.error.issues
    .map((issue) => `${issue.path.join('.') || 'event'}: ${issue.message}`)
    .join('; ');
  throw new ActionError(
    'input/malformed',
    printable(`The event file is not what a forge sends: ${issues}`),
  );
}
