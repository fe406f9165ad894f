import * as z from 'zod';
import { PLAN_FORMATS } from '../../gates/plan-guard/judged-plan.ts';
import {
  booleanForm,
  choiceForm,
  digestForm,
  durationForm,
  moduleListForm,
  parseInputs,
  resourceListForm,
  shaForm,
  workspacePathForm,
} from '../input-forms.ts';
import type { RawInputs } from '../step.ts';

const schema = z.object({
  plan: z
    .string()
    .max(100_000, 'at most 100000 characters')
    .regex(/^[^\0]*$/, 'a path without NUL')
    .optional(),
  modules: moduleListForm.optional(),
  'require-noop': booleanForm,
  sha: shaForm.optional(),
  'max-age': durationForm,
  format: choiceForm(['auto', ...PLAN_FORMATS]),
  'plan-digest': digestForm.optional(),
  'allow-destructive': resourceListForm,
  'working-directory': workspacePathForm,
  policy: workspacePathForm,
});

export type PlanNoopGuardInputs = ReturnType<typeof parsePlanNoopGuardInputs>;

export function parsePlanNoopGuardInputs(raw: RawInputs) {
  const inputs = parseInputs(schema, raw);
  return {
    /** Undefined: the plans that module-plan left in this job. */
    plan: inputs.plan,
    modules: inputs.modules,
    requireNoop: inputs['require-noop'],
    sha: inputs.sha,
    maxAgeMs: inputs['max-age'],
    format: inputs.format,
    planDigest: inputs['plan-digest'],
    allowDestructive: inputs['allow-destructive'],
    workingDirectory: inputs['working-directory'],
    policyPath: inputs.policy,
  };
}
