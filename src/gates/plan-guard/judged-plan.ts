import type { ReasonCode } from '../../model/reason-codes.ts';

export const PLAN_FORMATS = [
  'apply-gates',
  'terraform',
  'platformctl',
] as const;

export type PlanFormat = (typeof PLAN_FORMATS)[number];

/** One change, as far as a judge looks at it. */
export interface JudgedChange {
  readonly resource: string;
  readonly action: string;
  /** `unknown` where the format does not tell; never read as harmless. */
  readonly destructive: boolean | 'unknown';
  readonly sacred: boolean;
  /** Why, in the words of the plan, where it has some. */
  readonly detail?: string;
}

/**
 * What every format of plan comes down to. What is undefined is not in the
 * document and cannot be checked.
 */
export interface JudgedPlan {
  readonly format: PlanFormat;
  readonly outcome: 'in-sync' | 'drift' | 'error';
  /** Why the plan could not be made; with outcome `error`. */
  readonly problem?: string;
  readonly module: string | undefined;
  readonly sourceSha: string | undefined;
  readonly createdAt: Date | undefined;
  readonly changes: readonly JudgedChange[];
  /** `sha256:<hex>`: the plan's own where it has one, else of its bytes. */
  readonly digest: string;
  /** Told with the verdict, does not decide. */
  readonly notes: readonly string[];
}

/** Why a document is no plan that could be judged. */
export interface PlanProblem {
  readonly code: Extract<ReasonCode, 'plan/malformed' | 'plan/digest-mismatch'>;
  readonly reason: string;
}

export type PlanReading =
  | { readonly ok: true; readonly plan: JudgedPlan }
  | { readonly ok: false; readonly problem: PlanProblem };

export function malformed(reason: string): PlanReading {
  return { ok: false, problem: { code: 'plan/malformed', reason } };
}

/** A JSON object, whatever is in it. */
export type JsonObject = Readonly<Record<string, unknown>>;
