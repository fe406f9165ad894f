import * as z from 'zod';
import { hostInputForms, nameHostInputs } from '../host-inputs.ts';
import { booleanForm, moduleIdForm, parseInputs } from '../input-forms.ts';
import type { RawInputs } from '../step.ts';

const { modules: _, ...forms } = hostInputForms;

const schema = z.object({
  ...forms,
  module: moduleIdForm,
  'dry-run': booleanForm,
  'state-ssh-key': z.string().optional(),
});

export type BackupInputs = ReturnType<typeof parseBackupInputs>;

export function parseBackupInputs(raw: RawInputs) {
  const inputs = parseInputs(schema, raw);
  return {
    ...nameHostInputs({ ...inputs, modules: [] }),
    module: inputs.module,
    dryRun: inputs['dry-run'],
    stateSshKey: inputs['state-ssh-key'],
  };
}
