import * as z from 'zod';
import { hostInputForms, nameHostInputs } from '../host-inputs.ts';
import { lineForm, parseInputs } from '../input-forms.ts';
import type { RawInputs } from '../step.ts';

const schema = z.object({ ...hostInputForms, output: lineForm.optional() });

export type ModulePlanInputs = ReturnType<typeof parseModulePlanInputs>;

export function parseModulePlanInputs(raw: RawInputs) {
  const inputs = parseInputs(schema, raw);
  return {
    ...nameHostInputs(inputs),
    /** Undefined: the job's own folder. */
    output: inputs.output,
  };
}
