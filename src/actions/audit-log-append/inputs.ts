import * as z from 'zod';
import { AUDIT_KINDS, type AuditKind } from '../../model/audit-entry.ts';
import { ActionError } from '../../model/errors.ts';
import { parseStrictJson } from '../../model/strict-json.ts';
import { lineForm, parseInputs, workspacePathForm } from '../input-forms.ts';
import type { RawInputs } from '../step.ts';

const MAX_BODY_CHARACTERS = 1_000_000;

/** Names that would speak for the entry, or for us. */
const RESERVED_FIELDS = [
  'v',
  'log',
  'seq',
  'prev',
  'time',
  'run',
  'fence',
  'kind',
  'body',
  'by',
  'genesis',
  'adopted',
] as const;

const schema = z.object({
  kind: lineForm,
  body: z
    .string({ error: 'is required; give a JSON object' })
    .max(MAX_BODY_CHARACTERS, 'a JSON object of at most 1000000 characters'),
  'working-directory': workspacePathForm,
  policy: workspacePathForm,
  token: z.string().optional(),
  'api-url': lineForm.optional(),
  'state-ssh-key': z.string().optional(),
});

export type AuditLogAppendInputs = ReturnType<typeof parseAuditLogAppendInputs>;

export function parseAuditLogAppendInputs(raw: RawInputs) {
  const inputs = parseInputs(schema, raw);
  return {
    kind: parseKind(inputs.kind),
    body: parseBody(inputs.body),
    workingDirectory: inputs['working-directory'],
    policyPath: inputs.policy,
    token: inputs.token,
    stateSshKey: inputs['state-ssh-key'],
  };
}

function parseKind(text: string): AuditKind {
  const kind = AUDIT_KINDS.find((each) => each === text);
  if (kind !== undefined) return kind;
  throw new ActionError(
    'audit/unknown-kind',
    `kind: ${JSON.stringify(text.slice(0, 100))} is none of ${AUDIT_KINDS.join(', ')}`,
  );
}

/** The value is not told: it may hold what nobody should read in a log. */
function parseBody(text: string): Record<string, unknown> {
  const json = parseStrictJson(Buffer.from(text));
  if (!json.ok) throw malformed(`it ${json.problem}`);
  const body = z.record(z.string(), z.unknown()).safeParse(json.value);
  if (!body.success) throw malformed('it is no JSON object');
  const reserved = RESERVED_FIELDS.find((name) =>
    Object.hasOwn(body.data, name),
  );
  if (reserved === undefined) return body.data;
  throw new ActionError(
    'audit/reserved-field',
    `body: ${JSON.stringify(reserved)} is filled in by apply-gates`,
    { evidence: { field: reserved } },
  );
}

function malformed(why: string): ActionError {
  return new ActionError('audit/malformed-body', `body: ${why}`);
}
