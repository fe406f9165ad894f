import * as z from 'zod';
import { ActionError } from '../../model/errors.ts';
import { printable } from '../../model/printable.ts';
import {
  lineForm,
  moduleListForm,
  numberForm,
  parseInputs,
  workspacePathForm,
} from '../input-forms.ts';
import type { RawInputs } from '../step.ts';

const schema = z.object({
  modules: moduleListForm,
  pr: numberForm.optional(),
  'break-glass-reason': z.string().optional(),
  repository: lineForm.optional(),
  'base-branch': lineForm.optional(),
  'working-directory': workspacePathForm,
  policy: workspacePathForm,
  token: z.string().optional(),
  'api-url': lineForm.optional(),
  'state-ssh-key': z.string().optional(),
});

export type ApprovedShaInputs = ReturnType<typeof parseApprovedShaInputs>;

export function parseApprovedShaInputs(raw: RawInputs) {
  const inputs = parseInputs(schema, raw);
  return {
    sha: parseSha(raw['sha']),
    modules: inputs.modules,
    pr: inputs.pr,
    /** Judged by the gate. */
    breakGlassReason: inputs['break-glass-reason']?.trim(),
    repository: inputs.repository,
    baseBranch: inputs['base-branch'],
    workingDirectory: inputs['working-directory'],
    policyPath: inputs.policy,
    token: inputs.token,
    apiUrl: inputs['api-url'],
    stateSshKey: inputs['state-ssh-key'],
  };
}

/** In any letter case; a short id or a name is refused, never looked up. */
function parseSha(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  if (/^[0-9a-f]{40}$/i.test(text)) return text.toLowerCase();
  throw new ActionError(
    'approval/malformed-sha',
    printable(
      `sha: ${JSON.stringify(text.slice(0, 200))} is not allowed; give a full commit id of 40 hex digits`,
    ),
  );
}
