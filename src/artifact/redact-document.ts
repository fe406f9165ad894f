import { parseStrictJson } from '../model/strict-json.ts';
import { redactJson } from '../redaction/redact-json.ts';
import type { Redactor } from '../redaction/redactor.ts';

/**
 * A document without its secrets. JSON, and JSON by lines, is looked at value
 * by value; where nothing is found it stays as it is, byte by byte, so that a
 * digest over it still holds.
 */
export function redactDocument(text: string, redactor: Redactor): string {
  const whole = redactJsonText(text, redactor, 2);
  if (whole !== undefined) return whole === text ? text : `${whole}\n`;
  const lines = text.split('\n');
  const each = lines.map((line) =>
    line.trim() === '' ? line : redactJsonText(line, redactor),
  );
  return each.includes(undefined) ? redactor.redact(text) : each.join('\n');
}

/** Undefined where the text is no JSON object or array. */
function redactJsonText(
  text: string,
  redactor: Redactor,
  indentation?: number,
): string | undefined {
  const json = parseStrictJson(Buffer.from(text));
  if (!json.ok || typeof json.value !== 'object' || json.value === null) {
    return undefined;
  }
  const redacted = redactJson(json.value, redactor);
  return JSON.stringify(redacted) === JSON.stringify(json.value)
    ? text
    : JSON.stringify(redacted, undefined, indentation);
}
