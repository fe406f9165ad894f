import * as z from 'zod';
import { hostInputForms, nameHostInputs } from '../host-inputs.ts';
import { booleanForm, lineForm, parseInputs } from '../input-forms.ts';
import type { RawInputs } from '../step.ts';

const schema = z.object({
  ...hostInputForms,
  plan: z
    .string()
    .max(100_000, 'at most 100000 characters')
    .regex(/^[^\0]*$/, 'a path without NUL')
    .optional(),
  'require-noop': booleanForm,
  'break-glass-reason': z.string().optional(),
  'rollback-reason': z.string().optional(),
  'despite-freeze': lineForm.optional(),
  'acknowledge-host': lineForm.optional(),
  'state-ssh-key': z.string().optional(),
  'audit-sign-key': z.string().optional(),
});

export type ModuleApplyInputs = ReturnType<typeof parseModuleApplyInputs>;

export function parseModuleApplyInputs(raw: RawInputs) {
  const inputs = parseInputs(schema, raw);
  return {
    ...nameHostInputs(inputs),
    /** Undefined: the plans that module-plan left in this job. */
    plan: inputs.plan,
    requireNoop: inputs['require-noop'],
    breakGlassReason: inputs['break-glass-reason']?.trim(),
    rollbackReason: inputs['rollback-reason']?.trim(),
    despiteFreeze: inputs['despite-freeze'],
    acknowledgeHost: inputs['acknowledge-host'],
    stateSshKey: inputs['state-ssh-key'],
    auditSignKey: inputs['audit-sign-key'],
  };
}
