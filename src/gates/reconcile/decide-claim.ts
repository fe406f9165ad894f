import { CLAIM_MS, type Claim } from '../../model/reconciliation.ts';

export type ClaimDecision =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'claim'; readonly claim: Claim }
  /** Another run is at it: this one does nothing. */
  | { readonly kind: 'lost'; readonly to: Claim };

/**
 * Who catches up with a commit: the first to have its claim on the branch. One
 * of a run that died ends by the clock, as no lease does: it keeps two runs
 * from doing the same work, and nothing that must be safe rests on it.
 */
export function decideClaim(facts: {
  /** What there would be to do. */
  readonly wanted: Claim | undefined;
  readonly found: Claim | null;
}): ClaimDecision {
  const { wanted, found } = facts;
  if (wanted === undefined) return { kind: 'nothing' };
  const foreign = found !== null && found.holder !== wanted.holder;
  if (foreign && found.head === wanted.head && isFresh(found, wanted.at)) {
    return { kind: 'lost', to: found };
  }
  return { kind: 'claim', claim: wanted };
}

/** A time far ahead is of a clock that is wrong. */
function isFresh(claim: Claim, now: string): boolean {
  return Math.abs(Date.parse(now) - Date.parse(claim.at)) < CLAIM_MS;
}
