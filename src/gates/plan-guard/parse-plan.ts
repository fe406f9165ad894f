import { createHash } from 'node:crypto';
import { parseStrictJson } from '../../model/strict-json.ts';
import {
  type JsonObject,
  malformed,
  PLAN_FORMATS,
  type PlanFormat,
  type PlanReading,
} from './judged-plan.ts';
import { parseOwnPlan } from './parse-own-plan.ts';
import { parsePlatformctlPlan } from './parse-platformctl-plan.ts';
import { parseTerraformPlan } from './parse-terraform-plan.ts';

/** The one name at the top of a document by which its format is known. */
const MARKS: Readonly<Record<PlanFormat, string>> = {
  'apply-gates': 'schema',
  terraform: 'format_version',
  platformctl: 'exitCode',
};

/**
 * Reads a plan file. A document that bears the marks of two formats, or of
 * another than the one asked for, is refused rather than guessed at.
 */
export function parsePlan(
  bytes: Uint8Array,
  format: PlanFormat | 'auto',
): PlanReading {
  const json = parseStrictJson(bytes);
  if (!json.ok) return malformed(json.problem);
  const document = json.value;
  if (!isObject(document)) return malformed('is not a JSON object');
  const marked = PLAN_FORMATS.filter((each) =>
    Object.hasOwn(document, MARKS[each]),
  );
  const [detected] = marked;
  if (!detected || marked.length > 1) {
    return malformed(
      `is a plan of ${marked.length === 0 ? 'no format that is known' : `several formats at once (${marked.join(', ')})`}`,
    );
  }
  if (format !== 'auto' && format !== detected) {
    return malformed(`is a plan of the format ${detected}, not ${format}`);
  }
  switch (detected) {
    case 'apply-gates':
      return parseOwnPlan(document);
    case 'terraform':
      return parseTerraformPlan(document, digestOf(bytes));
    case 'platformctl':
      return parsePlatformctlPlan(document, digestOf(bytes));
  }
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}
