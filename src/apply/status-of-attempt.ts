import type { ApplyResult } from '../drivers/driver.ts';
import type { Status } from '../model/status.ts';
import { type Attempt, wordOf } from './attempt.ts';

/** Where the command did not run to an end, nobody knows its exit status. */
const NO_RETURNCODE = -1;

/** True where the status says that this content is live, and it was healthy. */
export function isAlreadyApplied(
  status: Status | undefined,
  { tree, host }: Pick<Attempt, 'tree' | 'host'>,
): status is Status {
  return (
    status !== undefined &&
    status.tree === tree &&
    status.last_apply_host === host &&
    status.health === 'healthy' &&
    (status.last_apply_result === 'applied' ||
      status.last_apply_result === 'noop')
  );
}

/**
 * The status after an attempt; undefined where the one before still holds: the
 * host refused before anything changed, or it was live and known already.
 */
export function statusOfAttempt(
  attempt: Attempt,
  ended: { readonly result: ApplyResult; readonly at: Date },
): Status | undefined {
  const { result } = ended;
  if (result.result === 'refused') return undefined;
  const known = isAlreadyApplied(attempt.previous, attempt);
  if (result.result === 'noop' && known) return undefined;
  const unknown = result.result === 'unknown';
  return {
    schema: 1,
    module: attempt.module,
    ...liveContent(attempt, result),
    approved_sha: attempt.approved?.sha ?? null,
    head_sha: attempt.approved?.head ?? null,
    last_apply_pr: attempt.approved?.pr ?? null,
    last_apply_at: ended.at.toISOString(),
    last_apply_host: attempt.host,
    last_apply_actor: attempt.actor,
    last_apply_returncode: unknown ? NO_RETURNCODE : result.returncode,
    last_apply_result: resultWord(result),
    attempted_sha: attempt.sha,
    attempted_tree: attempt.tree,
    plan_digest: attempt.planDigest,
    health: unknown ? 'unknown' : result.health,
    restarts: unknown ? null : result.restarts,
    run: attempt.run,
    attempt: result.record,
    break_glass_reason: attempt.breakGlassReason ?? null,
    fence: attempt.fence,
    ...(attempt.rollback && { rollback: attempt.rollback }),
  };
}

type Ended = Exclude<ApplyResult, { readonly result: 'refused' }>;

/**
 * What is live, as far as it is known. The last applied commit is never
 * forgotten: what it said about the module counts for good.
 */
function liveContent(
  { sha, tree, previous }: Attempt,
  result: Ended,
): Pick<Status, 'tree' | 'last_apply_sha'> {
  const before = {
    tree: previous?.tree ?? null,
    last_apply_sha: previous?.last_apply_sha ?? null,
  };
  if (result.result === 'unknown') return before;
  if (result.liveTree === tree) return { tree, last_apply_sha: sha };
  return { ...before, tree: result.liveTree };
}

function resultWord(result: Ended): Status['last_apply_result'] {
  const word = wordOf(result);
  return word === 'unhealthy' || word === 'refused' ? 'failed' : word;
}
