import * as z from 'zod';
import { lineForm, numberForm, parseInputs } from '../input-forms.ts';
import type { RawInputs } from '../step.ts';

const schema = z.object({
  pr: numberForm.optional(),
  'ntfy-url': lineForm.optional(),
  token: z.string().optional(),
  'api-url': lineForm.optional(),
});

export function parseLaneCommentInputs(raw: RawInputs) {
  const inputs = parseInputs(schema, raw);
  return {
    pr: inputs.pr,
    ntfyUrl: inputs['ntfy-url'],
    token: inputs.token,
    apiUrl: inputs['api-url'],
  };
}
