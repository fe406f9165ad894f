import { dirname, join, resolve } from 'node:path';
import { type FoundFile, readFoundFiles } from '../adapters/found-files.ts';
import type { RunContext } from '../adapters/run-context.ts';
import type { PlanFile } from '../gates/plan-guard/assign-plans.ts';
import { malformed, type PlanFormat } from '../gates/plan-guard/judged-plan.ts';
import { parsePlan } from '../gates/plan-guard/parse-plan.ts';
import { printable } from '../model/printable.ts';

const MAX_PLANS = 1_000;
const MAX_PLAN_BYTES = 64 * 1024 * 1024;

/** Where plans are, as an action was told. */
export interface PlanPlace {
  /** Undefined: the plans that module-plan left in this job. */
  readonly plan: string | undefined;
  readonly workingDirectory: string;
}

/** Reads the plans that the input names, as they are. */
export async function findPlanFiles(
  inputs: PlanPlace,
  context: RunContext,
): Promise<readonly FoundFile[]> {
  const base = resolve(context.workspace, inputs.workingDirectory);
  const folder = context.folder();
  const inRunner = context.flavour !== 'local';
  const patterns = parsePatterns(placeOf(inputs, context));
  return readFoundFiles(patterns, {
    input: 'plan',
    base,
    // RUNNER_TEMP belongs to the job alone; elsewhere only our folder in it.
    roots: [context.workspace, inRunner ? dirname(folder) : folder],
    anywhere: !inRunner,
    maxFiles: MAX_PLANS,
    maxBytes: MAX_PLAN_BYTES,
  });
}

/** What was asked for; by default the plans that module-plan left. */
export function placeOf(
  inputs: Pick<PlanPlace, 'plan'>,
  context: Pick<RunContext, 'folder'>,
): string {
  return inputs.plan ?? join(context.folder(), 'plans', '*.plan.json');
}

/** A path, a glob, or what module-plan puts out: a JSON array of paths. */
function parsePatterns(text: string): readonly string[] {
  if (!text.startsWith('[')) return [text];
  try {
    const list: unknown = JSON.parse(text);
    if (!Array.isArray(list)) return [text];
    return list.every((path) => typeof path === 'string') ? list : [text];
  } catch {
    return [text];
  }
}

/** Reads one file as a plan; why it was not read makes it malformed. */
export function parsePlanFile(
  file: FoundFile,
  format: PlanFormat | 'auto',
): PlanFile {
  const name = printable(file.name);
  const reading =
    'problem' in file
      ? malformed(file.problem)
      : parsePlan(file.content, format);
  return { name, reading };
}
