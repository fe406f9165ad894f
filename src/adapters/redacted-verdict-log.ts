import { redactRecord, redactVerdict } from '../redaction/redact-json.ts';
import type { Redactor } from '../redaction/redactor.ts';
import type { VerdictLog } from './verdict-log.ts';

/** A verdict log that no secret known by now is written to. */
export function redactVerdictLog(
  log: VerdictLog,
  redactor: () => Redactor,
): VerdictLog {
  return {
    read: () => log.read(),
    appendVerdict: (step, verdict) =>
      log.appendVerdict(step, redactVerdict(verdict, redactor())),
    append: (kind, step, body) =>
      log.append(kind, step, redactRecord(body, redactor())),
  };
}
