import type { Manifest } from '../../model/manifest.ts';
import { printable } from '../../model/printable.ts';
import { ROLLBACK_GATE, type Rollback } from '../../model/rollback.ts';
import {
  type Finding,
  finding,
  passVerdict,
  refuseVerdict,
  type Verdict,
} from '../../model/verdict.ts';
import { judgePlea } from '../approval/break-glass.ts';
import { isBound, judgePlace, type Place } from '../approval/judge-place.ts';

/** Who wants to go back, and why. */
export interface RollbackPlea extends Pick<Rollback, 'actor' | 'reason'> {
  /** True where a person dispatched the run. */
  readonly byHand: boolean;
}

/** Why nobody may go back: it takes a person, and words. */
export function judgeRollbackPlea(plea: RollbackPlea): readonly Finding[] {
  return judgePlea(plea, {
    notAPerson: 'rollback/not-a-person',
    noReason: 'rollback/reason',
    deed: 'go back',
  });
}

export interface RollbackFacts {
  readonly plea: RollbackPlea;
  readonly module: string;
  readonly host: string;
  readonly from: string;
  /** The commit gone back to, and where it lies. */
  readonly place: Place;
  /** What the module was declared as where it is live; undefined: unreadable. */
  readonly live: Manifest | undefined;
  /** As it was declared at the commit gone back to. */
  readonly target: Manifest | undefined;
}

/** Lets one module go back, where it is still the same module. */
export function decideRollback(facts: RollbackFacts): Verdict {
  const { from, host, module, place, plea } = facts;
  const about = { gate: ROLLBACK_GATE, sha: place.sha };
  const [first, ...others] = [
    ...judgeRollbackPlea(plea),
    ...judgePlace(place, true),
    ...judgeIdentity(facts),
  ];
  if (first) return refuseVerdict(about, [first, ...others]);
  const { actor, reason } = plea;
  const told = printable(
    `ROLLBACK: ${JSON.stringify(actor)} takes ${module} on ${host} back from ${from} to ${place.sha}: ${JSON.stringify(reason)}`,
  );
  const rollback: Rollback = { from, reason, actor };
  return passVerdict(about, 'rollback/target', told, {
    modules: [module],
    evidence: { rollback, bound: isBound(place) },
  });
}

/** What runs under another project or driver would go on beside it. */
function judgeIdentity({
  host,
  live,
  module,
  place,
  target,
}: RollbackFacts): readonly Finding[] {
  if (!target) {
    const reason = `The manifest of ${module} cannot be read at ${place.sha}`;
    return [finding('scope/invalid-manifest', reason, { module })];
  }
  const before = live && identityOf(live);
  const after = identityOf(target);
  const changes = Object.entries(after).flatMap(([what, now]) => {
    const was = what === 'host' ? host : before?.[what as keyof typeof after];
    return was === now ? [] : [`${what}: ${was ?? 'unknown'} -> ${now}`];
  });
  if (changes.length === 0) return [];
  const reason = printable(
    `${module} was another one then: ${changes.join(', ')}`,
  );
  const remedy =
    'Put the change that undoes it on the default branch (git revert), and move the module by hand.';
  return [finding('scope/identity-change', reason, { module, remedy })];
}

function identityOf({ id, host, driver, compose, renamed_from }: Manifest) {
  const folder = renamed_from || id;
  return { host, driver, project: compose?.project ?? folder, folder };
}
