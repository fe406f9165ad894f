import type { ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type ActionFile,
  actionFolder,
  bundlePath,
  readActionFile,
} from './action-files.ts';
import {
  type Contexts,
  evaluateCondition,
  evaluateTemplate,
  type JobStatus,
} from './expressions.ts';
import { type BundleRun, runBundle } from './run-bundle.ts';
import { checkOut, type Job, type JobSettings, makeJob } from './runner-job.ts';
import {
  readWorkflowFile,
  stepsOf,
  type WorkflowFile,
  type WorkflowStep,
} from './workflow-files.ts';

export interface RunRequest extends JobSettings {
  /** `workflows/auto-apply.yml` by default. */
  readonly workflow?: WorkflowFile | undefined;
  readonly secrets: Readonly<Record<string, string>>;
  readonly node?: string | undefined;
  /** Asked before each step that runs. */
  readonly beforeStep?:
    | ((id: string, job: Job) => void | Promise<void>)
    | undefined;
  /** Told about the process of each step that runs. */
  readonly onStart?: ((id: string, child: ChildProcess) => void) | undefined;
}

/** One step of a job; without `run` it was skipped. */
export interface StepRun {
  readonly id: string;
  readonly run: BundleRun | undefined;
}

export interface JobRun {
  readonly status: JobStatus;
  readonly steps: readonly StepRun[];
  /** Exit status of the step that failed the job, else 0. */
  readonly exitCode: number | null;
  /** Reason code of each step that left one, by step id. */
  readonly codes: Readonly<Record<string, string>>;
  /** What all steps printed. */
  readonly log: string;
  /** The verdict file. */
  readonly record: string;
  readonly job: Job;
  /** Outputs of a step; throws where it did not run. */
  outputs(id: string): Readonly<Record<string, string>>;
}

/**
 * Runs a workflow of one job as the runners of Forgejo and GitHub do: real
 * workflow file, real action files, built bundles in processes of their own.
 */
export async function runWorkflow(request: RunRequest): Promise<JobRun> {
  const workflow =
    request.workflow ?? readWorkflowFile('workflows/auto-apply.yml');
  const job = makeJob(request);
  const steps: StepRun[] = [];
  const env = evaluateAll(workflow.env, { github: job.github });
  const contexts: Contexts = {
    github: job.github,
    env,
    inputs: dispatchInputs(workflow, request),
    secrets: request.secrets,
  };
  let status: JobStatus = 'success';
  for (const [index, step] of stepsOf(workflow).entries()) {
    const id = step.id ?? `step-${index}`;
    const known = { ...contexts, steps: stepsContext(steps) };
    if (!evaluateCondition(step.if, known, status)) {
      steps.push({ id, run: undefined });
      continue;
    }
    await request.beforeStep?.(id, job);
    const run = await runStep({ env, step, id, known, request, job });
    steps.push({ id, run });
    const failed = run !== undefined && run.exitCode !== 0;
    if (failed && !step['continue-on-error']) status = 'failure';
  }
  return summarise(steps, status, job);
}

interface StepRequest {
  readonly env: Readonly<Record<string, string>>;
  readonly step: WorkflowStep;
  readonly id: string;
  readonly known: Contexts;
  readonly request: RunRequest;
  readonly job: Job;
}

async function runStep(given: StepRequest): Promise<BundleRun | undefined> {
  const { env, step, id, known, request, job } = given;
  if (!('uses' in step)) throw new Error(`${id} runs a script`);
  const folder = actionFolder(step.uses);
  const action = readActionFile(folder);
  if (action.runs.using === 'composite') {
    expectCheckout(action);
    await checkOut(request, job.workspace, evaluateAll(step.with, known));
    return undefined;
  }
  return await runBundle({
    bundle: bundlePath(folder, action.runs.main),
    cwd: job.workspace,
    env: {
      ...job.env,
      ...env,
      ...inputVariables(action, step.with ?? {}, known),
    },
    folder: join(job.temporary, '..', 'commands', id),
    node: request.node,
    onStart: (child) => request.onStart?.(id, child),
  });
}

function evaluateAll(
  texts: Readonly<Record<string, string>> = {},
  known: Contexts,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(texts).map(([name, text]) => [
      name,
      evaluateTemplate(text, known),
    ]),
  );
}

/** The only composite is `prepare`; what it says is what `checkOut` does. */
function expectCheckout({ runs }: ActionFile): void {
  const [step, ...others] = runs.using === 'composite' ? runs.steps : [];
  if (
    others.length > 0 ||
    !step?.uses.startsWith('actions/checkout@') ||
    step.with?.['fetch-depth'] !== 0 ||
    step.with?.['persist-credentials'] !== false
  ) {
    throw new Error('prepare is not the checkout that the tests make');
  }
}

function inputVariables(
  action: ActionFile,
  given: Readonly<Record<string, string>>,
  known: Contexts,
): Record<string, string> {
  const unknown = Object.keys(given).find((name) => !(name in action.inputs));
  if (unknown) throw new Error(`the action has no input ${unknown}`);
  return Object.fromEntries(
    Object.entries(action.inputs).map(([name, declared]) => [
      `INPUT_${name.toUpperCase().replace(/[^A-Z0-9-]/g, '_')}`,
      evaluateTemplate(given[name] ?? declared.default ?? '', known),
    ]),
  );
}

/** The inputs of a dispatch, with the defaults of the form filled in. */
function dispatchInputs(
  workflow: WorkflowFile,
  { event }: RunRequest,
): Record<string, string> {
  if (event.name !== 'workflow_dispatch') return {};
  const form = workflow.on.workflow_dispatch?.inputs ?? {};
  const given: unknown = Object(event.payload).inputs;
  return {
    ...Object.fromEntries(
      Object.entries(form).map(([name, input]) => [name, input.default ?? '']),
    ),
    ...Object(given),
  };
}

function stepsContext(steps: readonly StepRun[]): Contexts {
  return Object.fromEntries(
    steps.map(({ id, run }) => [id, { outputs: run?.outputs ?? {} }]),
  );
}

function summarise(
  steps: readonly StepRun[],
  status: JobStatus,
  job: Job,
): JobRun {
  const ran = steps.flatMap(({ id, run }) => (run ? [{ id, run }] : []));
  const failed = ran.find(({ run }) => run.exitCode !== 0);
  const record = join(job.temporary, 'apply-gates', 'verdicts.jsonl');
  return {
    status,
    steps,
    job,
    exitCode: failed ? failed.run.exitCode : 0,
    codes: Object.fromEntries(
      ran.map(({ id, run }) => [id, run.outputs['code'] ?? 'none']),
    ),
    log: ran.map(({ run }) => run.stdout + run.stderr).join(''),
    record: existsSync(record) ? readFileSync(record, 'utf8') : '',
    outputs: (id) => {
      const found = ran.find((step) => step.id === id);
      if (!found) throw new Error(`the step ${id} did not run`);
      return found.run.outputs;
    },
  };
}
