import { packRelease } from '../../host/pack-release.ts';
import { encodeWords } from '../../host/protocol.ts';
import { finding } from '../../model/verdict.ts';
import { attemptName } from '../attempt/attempt-name.ts';
import { findUnbound } from '../attempt/find-unbound.ts';
import { followAttempt } from '../attempt/follow-attempt.ts';
import type { ApplyRequest, ApplyResult } from '../driver.ts';
import { DEFAULT_LOCK_WAIT_MS, MARGIN_MS } from '../release-fields.ts';
import { actionsOf } from './actions-of.ts';
import {
  composeFields,
  PULL_TIMEOUT_MS,
  UP_MARGIN_MS,
} from './compose-request.ts';
import { observedSchema } from './observed.ts';

/**
 * Sends the services that the plan names, and what the plan was made from. The
 * host looks again under its lock and changes nothing where it differs.
 */
export async function applyCompose(
  request: ApplyRequest,
): Promise<ApplyResult> {
  const { host, plan, release, run } = request;
  const unbound = findUnbound(request);
  if (unbound) return { result: 'refused', output: [], ...unbound };
  const observed = observedSchema.safeParse(plan.observed);
  if (!observed.success || plan.exit_code === 2) {
    const reason = `${release.module} on ${host.name}: the plan does not hold what an apply compares`;
    return refused(
      finding('plan/malformed', reason, { module: release.module }),
    );
  }
  const packed = await packRelease(release);
  if (packed.kind === 'refused') return refused(packed.refusal);
  const record = attemptName(run, plan);
  const lockWaitMs = request.lockWaitMs ?? DEFAULT_LOCK_WAIT_MS;
  const timeoutMs = applyTimeoutMs(request, lockWaitMs);
  const actions = actionsOf(plan);
  const reply = await host.perform({
    fields: {
      op: 'apply',
      checkpoint: request.checkpoint ?? '',
      body_sha256: packed.sha256,
      body_size: String(packed.archive.length),
      ...composeFields(host, release),
      attempt: record,
      armed: String(request.armed),
      expect_release: observed.data.release ?? '',
      expect_status: String(plan.exit_code),
      expect_output: observed.data.facts,
      up: encodeWords(actions.up),
      recreate: encodeWords(actions.recreate),
      remove: encodeWords(actions.remove),
      pull: encodeWords(actions.pull),
      new_volumes: encodeWords(actions.newVolumes),
      new_networks: encodeWords(actions.newNetworks),
      fence: request.fence === undefined ? '' : String(request.fence),
      holder: request.holder ?? '',
      lock_wait: String(Math.ceil(lockWaitMs / 1000)),
    },
    body: packed.archive,
    timeoutMs,
  });
  return followAttempt(request, record, reply, timeoutMs);
}

/** A pull, then up and health, and the same once more on the way back. */
function applyTimeoutMs({ release }: ApplyRequest, lockWaitMs: number): number {
  const { timeout } = release.manifest.health;
  return (
    PULL_TIMEOUT_MS + 4 * (timeout + UP_MARGIN_MS) + lockWaitMs + MARGIN_MS
  );
}

function refused(refusal: ReturnType<typeof finding>): ApplyResult {
  return { result: 'refused', finding: refusal, output: [] };
}
