import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Step } from '../../src/actions/step.ts';
import { repositoryRoot } from './repository-files.ts';

/** The Step that the code of an action exports, or what is wrong with it. */
export async function importStep(action: string): Promise<Step> {
  const path = join(repositoryRoot, 'src/actions', action, 'run.ts');
  if (!existsSync(path)) throw new Error(`${path} is missing`);
  const exported: unknown = await import(path);
  const steps = Object.values(Object(exported)).filter(isStep);
  const [step, ...others] = steps;
  if (step === undefined || others.length > 0) {
    throw new Error(`${path} exports ${steps.length} steps instead of one`);
  }
  return step;
}

function isStep(value: unknown): value is Step {
  return (
    typeof value === 'object' &&
    value !== null &&
    ['name', 'inputs', 'outputs', 'run'].every((key) =>
      Object.hasOwn(value, key),
    )
  );
}
