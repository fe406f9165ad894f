import type * as z from 'zod';

const KINDS: Readonly<Record<string, string>> = {
  array: 'a list',
  boolean: 'true or false',
  int: 'a whole number',
  null: 'empty',
  number: 'a number',
  object: 'keys with values',
  record: 'keys with values',
  string: 'text',
};

/** What is wrong, for a person who wrote it: what it must be, and what it is. */
export function describeIssue(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code === 'invalid_type') {
    const expected = KINDS[issue.expected] ?? issue.expected;
    return issue.input === undefined
      ? 'is required'
      : `must be ${expected}, not ${kindOf(issue.input)}`;
  }
  if (issue.code === 'invalid_value') {
    const values = issue.values.map(String);
    return values.length === 1
      ? `must be ${values[0] === '' ? 'empty' : values[0]}`
      : `must be one of ${values.join(', ')}`;
  }
  if (issue.code === 'too_small') {
    return bound(issue.origin, issue.minimum, 'more');
  }
  if (issue.code === 'too_big') {
    return bound(issue.origin, issue.maximum, 'less');
  }
  if (issue.code === 'invalid_union') {
    const messages = issue.errors.flat().map(({ message }) => message);
    return [...new Set(messages)].join(', or ');
  }
  if (issue.code === 'invalid_key') return issue.issues[0]?.message;
  return undefined;
}

function bound(
  origin: string,
  limit: number | bigint,
  side: 'more' | 'less',
): string {
  if (origin === 'array') return `must have ${limit} or ${side} entries`;
  if (origin === 'string') return `must have ${limit} or ${side} characters`;
  return `must be ${limit} or ${side}`;
}

function kindOf(value: unknown): string {
  if (value === null) return 'empty';
  if (typeof value === 'boolean') return String(value);
  return KINDS[Array.isArray(value) ? 'array' : typeof value] ?? typeof value;
}
