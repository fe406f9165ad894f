import canonicalize from 'canonicalize';
import { ActionError } from '../model/errors.ts';
import { inspectValue, type ValueProblem } from './inspect-value.ts';

/** Largest body in its canonical form. */
export const MAX_BODY_BYTES = 16 * 1024;

const PROBLEMS = {
  float: 'a number that is not whole, or beyond 2^53; write it as text',
  'lone-surrogate': 'half a character (a lone surrogate)',
  'too-deep': 'more than 30 levels of nesting',
  'reserved-name': 'the name __proto__',
} as const satisfies Record<ValueProblem, string>;

/** Throws where a body could not be read back from its line. */
export function checkBody(body: Readonly<Record<string, unknown>>): void {
  // The entry around it is one level more.
  const { problem } = inspectValue({ body });
  if (problem !== undefined) {
    throw new ActionError(
      'audit/malformed-body',
      `The body of an entry must not hold ${PROBLEMS[problem]}`,
      { evidence: { problem } },
    );
  }
  const bytes = Buffer.byteLength(canonicalize(body) ?? '');
  if (bytes <= MAX_BODY_BYTES) return;
  throw new ActionError(
    'audit/body-too-large',
    `The body of an entry has ${bytes} bytes; ${MAX_BODY_BYTES} are allowed`,
    { evidence: { bytes, allowed: MAX_BODY_BYTES } },
  );
}
