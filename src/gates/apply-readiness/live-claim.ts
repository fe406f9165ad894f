import { type Finding, finding } from '../../model/verdict.ts';

/**
 * How what the status calls last applied stands to what the host calls live.
 * - `covers`: the same commit or an earlier one, or one after it that the
 *   module's content is the same in. No commit is left out of a range from it.
 * - `newer`: approval began too late on, or nobody can tell.
 */
export type ClaimPlace = 'covers' | 'newer';

/** What the state branch claims of a module, and what its host says. */
export interface LiveClaim {
  readonly module: string;
  readonly host: string;
  /** Commit that the status says is live. */
  readonly claimed: string;
  /** Commit that the host's own record says is live; null where it has none. */
  readonly live: string | null;
  readonly place: ClaimPlace;
  /** The status is younger than the plan: another run was there meanwhile. */
  readonly raced: boolean;
}

/**
 * Approval is looked for from the commit on that the status names, and a status
 * can be forged. The host's own record decides: a status that is ahead of it
 * would hide commits that nobody approved.
 */
export function findFalseClaims(
  claims: readonly LiveClaim[],
): readonly Finding[] {
  return claims.flatMap(({ module, host, claimed, live, place, raced }) => {
    if (place === 'covers') return [];
    const has =
      live === null ? `${host} has no record of one` : `${host} runs ${live}`;
    const reason = `The status of ${module} says that ${claimed} is live, and ${has}`;
    return raced
      ? finding('apply/plan-changed', `${reason}, when it was planned`, {
          module,
        })
      : finding('approval/live-differs', reason, { module });
  });
}
