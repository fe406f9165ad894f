import { isUtf8 } from 'node:buffer';
import canonicalize from 'canonicalize';
import {
  AUDIT_VERSION,
  type AuditEntry,
  auditEntrySchema,
} from '../model/audit-entry.ts';
import { parseStrictJson } from '../model/strict-json.ts';
import { inspectValue, type ValueProblem } from './inspect-value.ts';
import { scanLine } from './scan-line.ts';

/** Longest line that is read, its newline left out. */
export const MAX_LINE_BYTES = 32 * 1024;

/** Why a line is no entry that could be relied on. */
export type LineProblem =
  | ValueProblem
  | 'too-long'
  | 'not-utf8'
  | 'byte-order-mark'
  | 'carriage-return'
  | 'not-json'
  | 'duplicate-name'
  | 'not-canonical'
  | 'unknown-version'
  | 'malformed';

export type ReadLine =
  | { readonly ok: true; readonly entry: AuditEntry }
  | {
      readonly ok: false;
      readonly problem: LineProblem;
      /** What exactly, where the name of the problem leaves that open. */
      readonly detail?: string;
    };

/**
 * Reads one line, without its newline, as exactly the text that would be
 * written for its entry. Whatever two programs could read in two ways is a
 * problem, since the hash covers the text and people act on what it means.
 */
export function readLine(line: Buffer): ReadLine {
  if (line.length > MAX_LINE_BYTES) return no('too-long');
  const entry = scanLine(line);
  return entry === undefined ? parseLine(line) : { ok: true, entry };
}

/** The long way, which tells what is wrong. */
export function parseLine(line: Buffer): ReadLine {
  if (!isUtf8(line)) return no('not-utf8');
  const text = line.toString('utf8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return no(whyNoJson(text));
  }
  const version: unknown = Reflect.get(Object(value), 'v');
  if (Number.isSafeInteger(version) && version !== AUDIT_VERSION) {
    return no('unknown-version', `v is ${version}`);
  }
  const { problem, sorted } = inspectValue(value);
  if (problem !== undefined) return no(problem);
  if (!isCanonical(text, value, sorted)) return no(whyNotCanonical(line, text));
  const entry = auditEntrySchema.safeParse(value);
  if (entry.success) return { ok: true, entry: entry.data };
  const [issue] = entry.error.issues;
  return no('malformed', `${issue?.path.join('.')}: ${issue?.message}`);
}

/**
 * JSON.stringify writes what RFC 8785 asks for but does not sort, so a text
 * that it gives back is canonical where the names are in order; that takes a
 * third of the time. The parser moves names of digits to the front, whatever
 * the text says.
 */
function isCanonical(text: string, value: unknown, sorted: boolean): boolean {
  return sorted && text === JSON.stringify(value)
    ? true
    : text === canonicalize(value);
}

function whyNoJson(text: string): LineProblem {
  if (text.startsWith('\ufeff')) return 'byte-order-mark';
  return 'not-json';
}

function whyNotCanonical(line: Buffer, text: string): LineProblem {
  if (text.endsWith('\r')) return 'carriage-return';
  const strict = parseStrictJson(line);
  // Depth and names were looked at before: what is left stands twice.
  return strict.ok ? 'not-canonical' : 'duplicate-name';
}

function no(problem: LineProblem, detail?: string): ReadLine {
  return { ok: false, problem, ...(detail === undefined ? {} : { detail }) };
}
