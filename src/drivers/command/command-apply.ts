import { packRelease } from '../../host/pack-release.ts';
import type { ReasonCode } from '../../model/reason-codes.ts';
import { finding } from '../../model/verdict.ts';
import { attemptName } from '../attempt/attempt-name.ts';
import { findUnbound } from '../attempt/find-unbound.ts';
import { followAttempt } from '../attempt/follow-attempt.ts';
import type { ApplyRequest, ApplyResult } from '../driver.ts';
import { DEFAULT_LOCK_WAIT_MS } from '../release-fields.ts';
import { applyTimeoutMs, commandFields } from './command-request.ts';
import { observedSchema } from './observed.ts';

/** Holds the host to the plan, and changes it if it still is as planned. */
export async function applyCommand(
  request: ApplyRequest,
): Promise<ApplyResult> {
  const { host, plan, release, run } = request;
  const unbound = findUnbound(request);
  if (unbound) return { result: 'refused', output: [], ...unbound };
  const observed = observedSchema.safeParse(plan.observed);
  if (!observed.success || plan.exit_code === 2) {
    const why = 'the plan does not hold what an apply compares';
    return refusedApply(request, 'plan/malformed', why);
  }
  const packed = await packRelease(release);
  if (packed.kind === 'refused') {
    return { result: 'refused', finding: packed.refusal, output: [] };
  }
  const record = attemptName(run, plan);
  const lockWaitMs = request.lockWaitMs ?? DEFAULT_LOCK_WAIT_MS;
  const timeoutMs = applyTimeoutMs(release, lockWaitMs);
  const reply = await host.perform({
    fields: {
      op: 'apply',
      checkpoint: request.checkpoint ?? '',
      body_sha256: packed.sha256,
      ...commandFields(host, release),
      attempt: record,
      armed: String(request.armed),
      expect_release: observed.data.release ?? '',
      expect_status: String(observed.data.plan_status),
      expect_output: observed.data.plan_sum ?? '',
      fence: request.fence === undefined ? '' : String(request.fence),
      holder: request.holder ?? '',
      lock_wait: String(Math.ceil(lockWaitMs / 1000)),
    },
    body: packed.archive,
    timeoutMs,
  });
  return followAttempt(request, record, reply, timeoutMs);
}

function refusedApply(
  { host, release }: ApplyRequest,
  code: ReasonCode,
  why: string,
): ApplyResult {
  const reason = `${release.module} on ${host.name}: ${why}`;
  return {
    result: 'refused',
    finding: finding(code, reason, { module: release.module }),
    output: [],
  };
}
