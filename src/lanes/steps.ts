import { approvedShaVerifyStep } from '../actions/approved-sha-verify/run.ts';
import { autoApplyScopeStep } from '../actions/auto-apply-scope/run.ts';
import { laneCommentStep } from '../actions/lane-comment/run.ts';
import { laneReportStep } from '../actions/lane-report/run.ts';
import { moduleApplyStep } from '../actions/module-apply/run.ts';
import { modulePlanStep } from '../actions/module-plan/run.ts';
import { planNoopGuardStep } from '../actions/plan-noop-guard/run.ts';
import { reconcileStep } from '../actions/reconcile/run.ts';
import { rollbackTargetStep } from '../actions/rollback-target/run.ts';
import { stateArtifactUploadStep } from '../actions/state-artifact-upload/run.ts';
import { statefulGateStep } from '../actions/stateful-gate/run.ts';
import type { Step } from '../actions/step.ts';

/** Every step a lane can name, by the name of its action. */
export const STEPS: ReadonlyMap<string, Step> = new Map(
  [
    autoApplyScopeStep,
    statefulGateStep,
    approvedShaVerifyStep,
    modulePlanStep,
    planNoopGuardStep,
    moduleApplyStep,
    stateArtifactUploadStep,
    laneReportStep,
    laneCommentStep,
    reconcileStep,
    rollbackTargetStep,
  ].map((step) => [step.name, step]),
);
