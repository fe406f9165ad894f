import * as z from 'zod';
import { manifestSchema } from './manifest.ts';
import { policySchema } from './policy.ts';

export type JsonSchema = z.core.JSONSchema.BaseSchema;

/** What people write, and what editors are told about it. */
const DOCUMENTS = {
  manifest: {
    schema: manifestSchema,
    title: 'Manifest of a module: modules/<id>/module.yaml',
  },
  policy: {
    schema: policySchema,
    title: 'Policy of a platform: .platform/gates.yaml',
  },
} as const;

export type DocumentName = keyof typeof DOCUMENTS;

export const DOCUMENT_NAMES = Object.keys(DOCUMENTS) as DocumentName[];

/**
 * The JSON Schema of a document, made of the model that reads it. Draft 7, for
 * every editor knows that one.
 */
export function documentSchema(name: DocumentName): JsonSchema {
  const { schema, title } = DOCUMENTS[name];
  const { $schema, ...rest } = z.toJSONSchema(schema, {
    io: 'input',
    target: 'draft-7',
    override: ({ zodSchema, jsonSchema }) => {
      // The largest number there is says nothing.
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) {
        delete jsonSchema.maximum;
      }
      // It says that the value in memory stays as it is, nothing of the file.
      delete jsonSchema.readOnly;
      // Left out where something is transformed, though it is what one writes.
      const examples = z.globalRegistry.get(zodSchema)?.['examples'];
      if (examples !== undefined) Object.assign(jsonSchema, { examples });
      const message = messageOf(zodSchema);
      if (message) Object.assign(jsonSchema, { patternErrorMessage: message });
    },
  });
  return { $schema, title, ...rest } as JsonSchema;
}

/** What the model says where a text has not the form it must have. */
function messageOf(schema: z.core.$ZodType): string | undefined {
  const { type, checks = [] } = schema._zod.def;
  if (type !== 'string') return undefined;
  const said = checks
    .map((check) => check._zod.def.error)
    .findLast((error) => error !== undefined)?.({
    code: 'custom',
    input: '',
    path: [],
  } as never);
  return typeof said === 'object' ? said?.message : said;
}
