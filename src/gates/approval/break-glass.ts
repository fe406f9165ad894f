import type { BreakGlass } from '../../model/break-glass.ts';
import { printable } from '../../model/printable.ts';
import type { ReasonCode } from '../../model/reason-codes.ts';
import {
  type Finding,
  finding,
  passVerdict,
  refuseVerdict,
  type Verdict,
} from '../../model/verdict.ts';
import { APPROVAL_GATE } from './decide-approval.ts';
import { isBound, judgePlace, type Place } from './judge-place.ts';

const MIN_CHARACTERS = 12;
const MAX_CHARACTERS = 500;
const MIN_WORDS = 2;

/** What a reason looks like that goes on record in place of a check. */
export const REASON_FORM = `one line of ${MIN_CHARACTERS} to ${MAX_CHARACTERS} characters with ${MIN_WORDS} different words`;

/** What somebody wants to go past the approval gate with. */
export interface BreakGlassPlea extends BreakGlass {
  /** True where a person dispatched the run. */
  readonly byHand: boolean;
}

/** What is said of somebody who may not go past a check. */
interface PleaWords {
  readonly notAPerson: ReasonCode;
  readonly noReason: ReasonCode;
  /** Ends "The reason to …". */
  readonly deed: string;
}

const GLASS: PleaWords = {
  notAPerson: 'approval/break-glass-not-a-person',
  noReason: 'approval/break-glass-reason',
  deed: 'break the glass',
};

/** Why somebody may not go past a check: it takes a person, and words. */
export function judgePlea(
  { actor, byHand, reason }: BreakGlassPlea,
  { notAPerson, noReason, deed }: PleaWords = GLASS,
): readonly Finding[] {
  const findings: Finding[] = [];
  if (!byHand || actor === '') {
    const who = `No person dispatched this run by hand: the actor is ${JSON.stringify(actor)}`;
    findings.push(finding(notAPerson, printable(who)));
  }
  if (!isSubstantial(reason)) {
    const what = `The reason to ${deed} is ${JSON.stringify(reason.slice(0, 100))}: that takes ${REASON_FORM}`;
    findings.push(finding(noReason, printable(what)));
  }
  return findings;
}

/** Nobody can measure sense; what is typed to get rid of the question can be. */
export function isSubstantial(reason: string): boolean {
  const words = reason.toLowerCase().match(/[\p{L}\p{N}]{2,}/gu) ?? [];
  return (
    reason.length >= MIN_CHARACTERS &&
    reason.length <= MAX_CHARACTERS &&
    !/[\p{C}\p{Zl}\p{Zp}]/u.test(reason) &&
    new Set(words).size >= MIN_WORDS
  );
}

/**
 * Lets modules go on without anybody's approval. Nothing but that is skipped:
 * the commit must be one of the default branch, and the one that lies here.
 */
export function decideBreakGlass(
  plea: BreakGlassPlea,
  place: Place,
  modules: readonly string[],
): Verdict {
  const about = { gate: APPROVAL_GATE, sha: place.sha };
  const [first, ...others] = [...judgePlea(plea), ...judgePlace(place, true)];
  if (first) return refuseVerdict(about, [first, ...others]);
  const { actor, reason } = plea;
  const told = printable(
    `BREAK-GLASS: ${JSON.stringify(actor)} goes past the approval of ${modules.join(', ')}: ${JSON.stringify(reason)}`,
  );
  return passVerdict(about, 'approval/break-glass', told, {
    modules,
    evidence: { break_glass: { actor, reason }, bound: isBound(place) },
  });
}
