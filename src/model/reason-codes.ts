import { ADOPT_REASONS } from './reason-codes/adopt.ts';
import { APPLY_REASONS } from './reason-codes/apply.ts';
import { APPROVAL_REASONS } from './reason-codes/approval.ts';
import { ARTIFACT_REASONS } from './reason-codes/artifact.ts';
import { AUDIT_REASONS } from './reason-codes/audit.ts';
import { BACKUP_REASONS } from './reason-codes/backup.ts';
import { CHECK_REASONS } from './reason-codes/check.ts';
import { DOCTOR_REASONS } from './reason-codes/doctor.ts';
import { DRAFT_REASONS } from './reason-codes/draft.ts';
import { FREEZE_REASONS } from './reason-codes/freeze.ts';
import { GENERAL_REASONS } from './reason-codes/general.ts';
import { HOST_POLICY_REASONS } from './reason-codes/host-policy.ts';
import { INIT_REASONS } from './reason-codes/init.ts';
import { LEASE_REASONS } from './reason-codes/lease.ts';
import { LINT_REASONS } from './reason-codes/lint.ts';
import { PLAN_REASONS } from './reason-codes/plan.ts';
import type { Reason } from './reason-codes/reason.ts';
import { RECONCILE_REASONS } from './reason-codes/reconcile.ts';
import { REPORT_REASONS } from './reason-codes/report.ts';
import { RETIRE_REASONS } from './reason-codes/retire.ts';
import { ROLLBACK_REASONS } from './reason-codes/rollback.ts';
import { SCOPE_REASONS } from './reason-codes/scope.ts';
import { STATEFUL_REASONS } from './reason-codes/stateful.ts';

/** Every reason code there is; the reference in docs/ is generated from it. */
export const REASONS = {
  ...GENERAL_REASONS,
  ...HOST_POLICY_REASONS,
  ...SCOPE_REASONS,
  ...STATEFUL_REASONS,
  ...APPROVAL_REASONS,
  ...BACKUP_REASONS,
  ...PLAN_REASONS,
  ...APPLY_REASONS,
  ...ARTIFACT_REASONS,
  ...REPORT_REASONS,
  ...AUDIT_REASONS,
  ...LINT_REASONS,
  ...LEASE_REASONS,
  ...FREEZE_REASONS,
  ...RECONCILE_REASONS,
  ...ROLLBACK_REASONS,
  ...RETIRE_REASONS,
  ...CHECK_REASONS,
  ...INIT_REASONS,
  ...DRAFT_REASONS,
  ...ADOPT_REASONS,
  ...DOCTOR_REASONS,
} as const satisfies Readonly<Record<string, Reason>>;

export type ReasonCode = keyof typeof REASONS;

/** True for a string that is a reason code of this version. */
export function isReasonCode(text: string): text is ReasonCode {
  return Object.hasOwn(REASONS, text);
}

/** The exit status (0-9) that belongs to a code. */
export function exitStatusOf(code: ReasonCode): Reason['exit'] {
  return REASONS[code].exit;
}

/**
 * The code that decides the exit when several things were refused: the one
 * with the lowest exit status, the first of those in the order given.
 */
export function decisiveCode(
  codes: readonly [ReasonCode, ...ReasonCode[]],
): ReasonCode {
  return codes.reduce((lowest, code) =>
    exitStatusOf(code) < exitStatusOf(lowest) ? code : lowest,
  );
}
