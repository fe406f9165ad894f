import { printable } from '../../model/printable.ts';
import { type Finding, finding } from '../../model/verdict.ts';
import type { ApprovalFacts } from './approval-facts.ts';

/** The commit that would be applied, and where it lies. */
export type Place = Pick<
  ApprovalFacts,
  'sha' | 'baseBranch' | 'onBase' | 'checkout'
>;

/** True where the verdict is about what lies in the checkout. */
export function isBound({ checkout, sha }: Place): boolean {
  return checkout === undefined || checkout.head === sha;
}

/** The commit and the checkout, before any pull request is looked at. */
export function judgePlace(
  { sha, baseBranch, onBase, checkout }: Place,
  isAsked: boolean,
): readonly Finding[] {
  const findings: Finding[] = [];
  if (!onBase) {
    findings.push(
      finding(
        'approval/not-on-base',
        printable(`${sha} is not on the first-parent line of ${baseBranch}`),
      ),
    );
  }
  if (!checkout) return findings;
  // Whoever asks for a commit verifies it first, and then checks it out.
  const right =
    checkout.head === sha || (isAsked && checkout.head === checkout.expected);
  if (!right) {
    findings.push(
      finding(
        'approval/checkout-mismatch',
        `The checkout is at ${checkout.head ?? 'no commit'}, not at ${sha}`,
        { remedy: `git checkout --detach ${sha}` },
      ),
    );
  }
  if (checkout.dirty.length > 0) {
    findings.push(
      finding(
        'approval/dirty-checkout',
        printable(
          `The checkout differs from its commit in ${checkout.dirty.slice(0, 5).join(', ')}`,
        ),
      ),
    );
  }
  return findings;
}
