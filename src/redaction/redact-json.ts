import type { Verdict } from '../model/verdict.ts';
import { isSecretName } from './credential-patterns.ts';
import { REDACTED, type Redactor } from './redactor.ts';

const MAX_DEPTH = 64;

/** A JSON value with every string in it redacted, keys included. */
export function redactJson(
  value: unknown,
  redactor: Redactor,
  depth = 0,
): unknown {
  if (typeof value === 'string') return redactor.redact(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= MAX_DEPTH) return '(nested too deeply)';
  if (Array.isArray(value)) {
    return value.map((item) => redactJson(item, redactor, depth + 1));
  }
  return redactEntries(value, redactor, depth + 1);
}

/**
 * Text that may be JSON, redacted. JSON stays JSON: a pattern that reads on to
 * the next blank must not swallow a quote or a bracket.
 */
export function redactOutput(text: string, redactor: Redactor): string {
  if (!/^\s*[[{"]/.test(text)) return redactor.redact(text);
  try {
    return JSON.stringify(redactJson(JSON.parse(text), redactor));
  } catch {
    return redactor.redact(text);
  }
}

/**
 * A verdict whose free text is redacted. Codes, ids and the SHA stay: they are
 * checked by form, and later steps compare them.
 */
export function redactVerdict(verdict: Verdict, redactor: Redactor): Verdict {
  return {
    ...verdict,
    reason: redactor.redact(verdict.reason),
    remedy: redactor.redact(verdict.remedy),
    findings: verdict.findings.map((finding) => ({
      ...finding,
      reason: redactor.redact(finding.reason),
      remedy: redactor.redact(finding.remedy),
    })),
    evidence: redactRecord(verdict.evidence, redactor),
  };
}

/** A record with its keys and values redacted. */
export function redactRecord(
  record: Readonly<Record<string, unknown>>,
  redactor: Redactor,
): Record<string, unknown> {
  return redactEntries(record, redactor, 1);
}

/** The value under `password` is secret whatever it looks like. */
function redactEntries(
  record: object,
  redactor: Redactor,
  depth: number,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(record).map(([key, value]) => [
      redactor.redact(key),
      isSecretName(key) && typeof value === 'string' && value !== ''
        ? REDACTED
        : redactJson(value, redactor, depth),
    ]),
  );
}
