import { printable } from '../../model/printable.ts';
import { type Finding, finding } from '../../model/verdict.ts';
import { isSubstantial, REASON_FORM } from '../approval/break-glass.ts';

/** Who takes a module out of service, and what they typed. */
export interface RetireFacts {
  readonly module: string;
  readonly actor: string;
  readonly person: boolean;
  readonly reason: string;
  readonly confirmation: string;
  /** True where it was stateful when it was last applied, or nobody can say. */
  readonly stateful: boolean;
  /** True where the default branch still has it. */
  readonly exists: boolean;
  /** True where nobody saw an attempt on it end. */
  readonly open: boolean;
  /** What other modules of the default branch claim of it. */
  readonly claims: readonly Finding[];
}

/** Why a module may not be retired; none where it may. */
export function judgeRetire(facts: RetireFacts): readonly Finding[] {
  const { module } = facts;
  const found: Finding[] = [];
  if (facts.exists) {
    const reason = `${module} is still a module of the default branch`;
    found.push(finding('retire/still-there', reason, { module }));
  }
  for (const { reason } of facts.claims) {
    found.push(finding('retire/claimed', reason, { module }));
  }
  if (facts.open) {
    const reason = `An attempt on ${module} is on record without an end`;
    const remedy = `apply-gates reconcile ${module}`;
    found.push(finding('apply/unknown', reason, { module, remedy }));
  }
  if (!facts.person) {
    const reason = `${JSON.stringify(facts.actor)} is no person`;
    found.push(finding('retire/not-a-person', printable(reason), { module }));
  }
  if (!isSubstantial(facts.reason)) {
    const reason = `The reason is ${JSON.stringify(facts.reason.slice(0, 100))}: that takes ${REASON_FORM}`;
    found.push(finding('retire/reason', printable(reason), { module }));
  }
  const line = confirmationOf(facts);
  if (facts.confirmation !== line) {
    const reason = `${JSON.stringify(facts.confirmation.slice(0, 100))} is not ${JSON.stringify(line)}`;
    const remedy = `--confirm ${JSON.stringify(line)}`;
    const details = { module, remedy };
    found.push(finding('retire/confirm-mismatch', printable(reason), details));
  }
  return found;
}

/** What has to be typed; it names what is stateful as that. */
export function confirmationOf({
  module,
  stateful,
}: Pick<RetireFacts, 'module' | 'stateful'>): string {
  return stateful ? `retire stateful ${module}` : `retire ${module}`;
}
