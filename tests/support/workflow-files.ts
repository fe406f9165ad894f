import { parse } from 'yaml';
import * as z from 'zod';
import { listRepositoryFiles, readRepositoryFile } from './repository-files.ts';

// The keys that Forgejo's runner accepts; it refuses any other. They are a
// part of GitHub's, so a file of this form is valid for both.
const stepCommon = {
  name: z.string().optional(),
  id: z.string().optional(),
  if: z.string().optional(),
  'timeout-minutes': z.int().optional(),
  'continue-on-error': z.boolean().optional(),
  env: z.record(z.string(), z.coerce.string()).optional(),
};
const usesStepSchema = z.strictObject({
  ...stepCommon,
  uses: z.string().min(1),
  with: z.record(z.string(), z.coerce.string()).optional(),
});
const runStepSchema = z.strictObject({
  ...stepCommon,
  run: z.string().min(1),
  shell: z.string().optional(),
  'working-directory': z.string().optional(),
});
const concurrencySchema = z.strictObject({
  group: z.string().min(1),
  'cancel-in-progress': z.boolean(),
});
const permissionsSchema = z.record(
  z.string(),
  z.enum(['read', 'write', 'none']),
);
const jobSchema = z.strictObject({
  name: z.string().optional(),
  if: z.string().optional(),
  needs: z.union([z.string(), z.array(z.string())]).optional(),
  'runs-on': z.union([z.string(), z.array(z.string())]),
  container: z.unknown().optional(),
  services: z.unknown().optional(),
  strategy: z.unknown().optional(),
  defaults: z.unknown().optional(),
  env: z.record(z.string(), z.coerce.string()).optional(),
  outputs: z.record(z.string(), z.string()).optional(),
  permissions: permissionsSchema.optional(),
  // Whole minutes: Forgejo's runner reads an integer.
  'timeout-minutes': z.int().positive(),
  steps: z.array(z.union([usesStepSchema, runStepSchema])).min(1),
});
const dispatchInputSchema = z.strictObject({
  description: z.string(),
  type: z.enum(['string', 'choice', 'number']),
  required: z.boolean().optional(),
  default: z.string().optional(),
  options: z.array(z.string()).optional(),
});
const workflowSchema = z.strictObject({
  name: z.string().optional(),
  'run-name': z.string().optional(),
  on: z.looseObject({
    workflow_dispatch: z
      .strictObject({
        inputs: z.record(z.string(), dispatchInputSchema).optional(),
      })
      .nullish(),
  }),
  permissions: permissionsSchema,
  concurrency: concurrencySchema.optional(),
  env: z.record(z.string(), z.coerce.string()).optional(),
  defaults: z.unknown().optional(),
  jobs: z.record(z.string().regex(/^[A-Za-z_][\w-]*$/), jobSchema),
});

export type WorkflowFile = z.output<typeof workflowSchema>;
export type WorkflowStep = WorkflowFile['jobs'][string]['steps'][number];

/** Workflows that users copy, of the example, and of this repository. */
export function listWorkflowFiles(): string[] {
  return listRepositoryFiles(
    'workflows',
    '.forgejo/workflows',
    '.github/workflows',
    'examples/platform/.forgejo/workflows',
  ).filter((path) => /\.ya?ml$/.test(path));
}

/** Reads a workflow; throws where Forgejo's runner would refuse it. */
export function parseWorkflowFile(text: string): WorkflowFile {
  return workflowSchema.parse(parse(text));
}

export function readWorkflowFile(path: string): WorkflowFile {
  return parseWorkflowFile(readRepositoryFile(path));
}

export function stepsOf(workflow: WorkflowFile): WorkflowStep[] {
  return Object.values(workflow.jobs).flatMap(({ steps }) => steps);
}
