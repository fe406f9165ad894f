import type * as z from 'zod';
import { ActionError } from '../model/errors.ts';
import { printable } from '../model/printable.ts';
import { parseStrictJson } from '../model/strict-json.ts';
import type { StateSnapshot } from './snapshot.ts';

export type DocumentRead<Value> =
  | { readonly ok: true; readonly value: Value }
  /** It is there and says nothing; what that means is for the caller. */
  | { readonly ok: false; readonly why: string };

/** Reads one JSON file that is on the branch, as its schema has it. */
export async function readDocument<Schema extends z.ZodType>(
  snapshot: StateSnapshot,
  path: string,
  schema: Schema,
): Promise<DocumentRead<z.output<Schema>>> {
  try {
    const text = await snapshot.read(path);
    const json = parseStrictJson(Buffer.from(text ?? ''));
    if (!json.ok) return { ok: false, why: `it ${json.problem}` };
    const result = schema.safeParse(json.value);
    if (result.success) return { ok: true, value: result.data };
    const issues = result.error.issues
      .slice(0, 5)
      .map((each) => `${each.path.join('.') || 'document'}: ${each.message}`);
    return { ok: false, why: printable(issues.join('; ')) };
  } catch (error) {
    const malformed =
      error instanceof ActionError && error.code === 'state/malformed';
    if (!malformed) throw error;
    return { ok: false, why: error.message };
  }
}
