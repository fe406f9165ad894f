import type { LINT_REASONS } from '../model/reason-codes/lint.ts';
import { REASONS } from '../model/reason-codes.ts';

/** High refuses; the others are reported. */
export type Severity = 'high' | 'medium' | 'low';

/** What a rule can say; the other codes are the lint's own endings. */
export type LintCode = Exclude<
  keyof typeof LINT_REASONS,
  'lint/clean' | 'lint/reported' | 'lint/could-not-check'
>;

/** How grave a finding is: in a job that applies, and elsewhere. */
export const SEVERITIES: Readonly<
  Record<LintCode, readonly [inApply: Severity, elsewhere: Severity]>
> = {
  'lint/unreadable': ['high', 'high'],
  'lint/unpinned-action': ['high', 'high'],
  'lint/expression-in-script': ['high', 'high'],
  'lint/fixed-expression-in-script': ['low', 'low'],
  'lint/dangerous-trigger': ['high', 'high'],
  'lint/outside-trigger': ['medium', 'medium'],
  'lint/secrets-with-foreign-code': ['high', 'high'],
  'lint/persisted-credentials': ['high', 'medium'],
  'lint/cache-in-apply': ['high', 'high'],
  'lint/trace-in-apply': ['high', 'high'],
  'lint/missing-gate': ['high', 'high'],
  'lint/gate-in-other-job': ['high', 'high'],
  'lint/ignored-gate': ['high', 'high'],
  'lint/unknown-input': ['high', 'high'],
  'lint/unread-variable': ['medium', 'medium'],
  'lint/wide-permissions': ['high', 'medium'],
  'lint/unneeded-permission': ['medium', 'medium'],
  'lint/missing-permissions': ['medium', 'medium'],
  'lint/missing-timeout': ['medium', 'medium'],
  'lint/cancelled-apply': ['medium', 'medium'],
  'lint/boolean-input': ['medium', 'medium'],
  'lint/forgejo-schema': ['medium', 'medium'],
  'lint/github-schema': ['medium', 'medium'],
  'lint/actionlint': ['medium', 'medium'],
};

/** One thing wrong in a workflow, with what to write instead. */
export interface LintFinding {
  readonly code: LintCode;
  readonly severity: Severity;
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  readonly reason: string;
  readonly remedy: string;
}

/** A place in a workflow that a finding is about. */
export interface Place {
  readonly file: string;
  readonly line: number;
}

export function lintFinding(
  code: LintCode,
  { file, line }: Place,
  said: {
    readonly reason: string;
    readonly remedy?: string;
    readonly inApply?: boolean;
  },
): LintFinding {
  const [inApply, elsewhere] = SEVERITIES[code];
  return {
    code,
    severity: said.inApply ? inApply : elsewhere,
    file,
    line,
    reason: said.reason,
    remedy: said.remedy ?? REASONS[code].remedy,
  };
}
