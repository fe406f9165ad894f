import { ActionError } from '../model/errors.ts';
import { redactRecord } from './redact-json.ts';
import type { Redactor } from './redactor.ts';

const MAX_CAUSES = 8;

/**
 * An error that may be shown: message, remedy, evidence and causes redacted.
 * The stack is that of this call, since the first one repeats the message.
 */
export function redactError(
  error: unknown,
  redactor: Redactor,
  depth = 0,
): Error {
  if (!(error instanceof Error)) return new Error(redactor.redact(`${error}`));
  const cause =
    error.cause === undefined || depth >= MAX_CAUSES
      ? undefined
      : redactError(error.cause, redactor, depth + 1);
  const message = redactor.redact(error.message);
  if (error instanceof ActionError) {
    return new ActionError(error.code, message, {
      remedy: redactor.redact(error.remedy),
      evidence: redactRecord(error.evidence, redactor),
      cause,
    });
  }
  const redacted = new Error(message, { cause });
  redacted.name = error.name;
  return redacted;
}
