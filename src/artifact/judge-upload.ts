import type { Evidence } from '../model/errors.ts';
import type { ReasonCode } from '../model/reason-codes.ts';
import {
  type Finding,
  finding,
  passVerdict,
  refuseVerdict,
  type Verdict,
  type VerdictSubject,
} from '../model/verdict.ts';
import type { Comparison } from './compare-upload.ts';

export type IfNoFilesFound = 'error' | 'warn' | 'ignore';

/** How far the upload came. */
export type UploadOutcome =
  | { readonly kind: 'absent'; readonly why: string }
  | { readonly kind: 'empty' }
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'uploaded'; readonly comparison: Comparison };

export interface UploadFacts {
  readonly name: string;
  readonly outcome: UploadOutcome;
  /** Paths that name no file. */
  readonly missing: readonly string[];
  readonly ifNoFilesFound: IfNoFilesFound;
  /** What is not in the artifact, and why. */
  readonly notes: readonly Finding[];
  readonly evidence: Evidence;
}

/**
 * What an upload came to. That there is no copy refuses nothing: the state
 * branch has the original. A copy that is another one than was sent does, and
 * so does a file that has to be there.
 */
export function judgeUpload(
  subject: VerdictSubject,
  facts: UploadFacts,
): Verdict {
  const { notes, evidence } = facts;
  const [refusal, ...others] = findRefusals(facts);
  if (refusal) {
    // The lowest exit decides among refusals; notes have 0 and decide nothing.
    const refused = refuseVerdict(subject, [refusal, ...others], evidence);
    return { ...refused, findings: [...refused.findings, ...notes] };
  }
  const { code, reason } = describeOutcome(facts);
  const absent = describeMissing(facts);
  const findings =
    absent === undefined || facts.ifNoFilesFound === 'ignore'
      ? notes
      : [finding('artifact/nothing-found', absent), ...notes];
  return passVerdict(subject, code, reason, { findings, evidence });
}

function findRefusals(facts: UploadFacts): readonly Finding[] {
  const { name, outcome, ifNoFilesFound } = facts;
  const missing = describeMissing(facts);
  const different =
    outcome.kind === 'uploaded' && outcome.comparison.kind === 'different'
      ? outcome.comparison.how
      : undefined;
  return [
    ...(missing === undefined || ifNoFilesFound !== 'error'
      ? []
      : [finding('artifact/missing', missing)]),
    ...(different === undefined
      ? []
      : [
          finding(
            'evidence/artifact-differs',
            `The forge says that it keeps as ${name} ${different}`,
          ),
        ]),
  ];
}

function describeMissing({
  missing,
  outcome,
}: UploadFacts): string | undefined {
  if (missing.length > 0) {
    const named = missing.map((path) => JSON.stringify(path)).join(', ');
    return `No file is named by ${named}`;
  }
  return outcome.kind === 'empty' ? 'There is nothing to upload' : undefined;
}

function describeOutcome({ name, outcome }: UploadFacts): {
  readonly code: ReasonCode;
  readonly reason: string;
} {
  switch (outcome.kind) {
    case 'absent':
      return {
        code: 'artifact/unavailable',
        reason: `There is no artifact service: ${outcome.why}`,
      };
    case 'empty':
      return {
        code: 'artifact/nothing-found',
        reason: 'There is nothing to upload',
      };
    case 'failed':
      return {
        code: 'artifact/not-uploaded',
        reason: `${name} was not uploaded: ${outcome.message}`,
      };
    case 'uploaded':
      return describeComparison(name, outcome.comparison);
  }
}

function describeComparison(name: string, comparison: Comparison) {
  if (comparison.kind === 'unknown') {
    return {
      code: 'artifact/unconfirmed',
      reason: `${name} was uploaded; what is kept could not be asked: ${comparison.why}`,
    } as const;
  }
  const by = comparison.kind === 'same' ? comparison.by : 'nothing';
  return {
    code: 'artifact/uploaded',
    reason: `${name} was uploaded, and the ${by} that the forge tells is ours`,
  } as const;
}
