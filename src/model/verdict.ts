import * as z from 'zod';
import type { ActionError, Evidence } from './errors.ts';
import {
  decisiveCode,
  exitStatusOf,
  isReasonCode,
  REASONS,
  type ReasonCode,
} from './reason-codes.ts';

const reasonCodeSchema = z.custom<ReasonCode>(
  (value) => typeof value === 'string' && isReasonCode(value),
  'is not a reason code of this version',
);

/** One thing a gate refused, or let wait for a person. */
export const findingSchema = z.strictObject({
  code: reasonCodeSchema,
  module: z.string().optional(),
  reason: z.string(),
  remedy: z.string(),
});

export type Finding = z.output<typeof findingSchema>;

/**
 * What a gate decided. `modules` are the ids it lets go on, in order; `sha` is
 * the commit it speaks about. Both bind later steps to this verdict.
 */
export const verdictSchema = z.strictObject({
  schema: z.literal(1),
  gate: z.string(),
  decision: z.enum(['pass', 'refuse']),
  code: reasonCodeSchema,
  reason: z.string(),
  remedy: z.string(),
  sha: z.string(),
  modules: z.array(z.string()),
  findings: z.array(findingSchema),
  evidence: z.record(z.string(), z.unknown()),
});

export type Verdict = z.output<typeof verdictSchema>;

/** What every verdict of one gate has in common. */
export interface VerdictSubject {
  readonly gate: string;
  readonly sha: string;
}

export function passVerdict(
  subject: VerdictSubject,
  code: ReasonCode,
  reason: string,
  details: {
    readonly modules?: readonly string[];
    readonly findings?: readonly Finding[];
    readonly evidence?: Evidence;
  } = {},
): Verdict {
  return {
    schema: 1,
    ...subject,
    decision: 'pass',
    code,
    reason,
    remedy: REASONS[code].remedy,
    modules: [...(details.modules ?? [])],
    findings: [...(details.findings ?? [])],
    evidence: { ...details.evidence },
  };
}

/** A refusal for one or several findings; the lowest exit status decides. */
export function refuseVerdict(
  subject: VerdictSubject,
  findings: readonly [Finding, ...Finding[]],
  evidence: Evidence = {},
): Verdict {
  const [first, ...others] = findings;
  const code = decisiveCode([first.code, ...others.map((each) => each.code)]);
  const decisive = findings.find((finding) => finding.code === code) ?? first;
  return {
    schema: 1,
    ...subject,
    decision: 'refuse',
    code,
    reason: decisive.reason,
    remedy: decisive.remedy,
    modules: [],
    findings: [...findings],
    evidence: { ...evidence },
  };
}

export function verdictOfError(
  subject: VerdictSubject,
  error: ActionError,
): Verdict {
  return refuseVerdict(
    subject,
    [{ code: error.code, reason: error.message, remedy: error.remedy }],
    error.evidence,
  );
}

/** Makes a finding; the remedy of the table unless a better one is at hand. */
export function finding(
  code: ReasonCode,
  reason: string,
  details: { readonly module?: string; readonly remedy?: string } = {},
): Finding {
  return {
    code,
    ...(details.module === undefined ? {} : { module: details.module }),
    reason,
    remedy: details.remedy ?? REASONS[code].remedy,
  };
}

/** Exit status of a step that ends with this verdict: 0 for every pass. */
export function exitStatusOfVerdict(verdict: Verdict): number {
  return verdict.decision === 'pass' ? 0 : exitStatusOf(verdict.code);
}
