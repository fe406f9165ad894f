import type * as z from 'zod';
import { printable } from '../../model/printable.ts';

const MAX_TOLD = 5;

/** What is wrong in a document, with the place, in one bounded sentence. */
export function describeIssues(error: z.ZodError): string {
  const told = error.issues
    .slice(0, MAX_TOLD)
    .map((issue) => `${issue.path.join('.') || 'document'}: ${issue.message}`);
  const more = error.issues.length - told.length;
  return `is not what the format says: ${printable(told.join('; ').slice(0, 1_000))}${more > 0 ? `; and ${more} more` : ''}`;
}
