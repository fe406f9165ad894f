import type { Evidence } from '../../model/errors.ts';
import { printable } from '../../model/printable.ts';
import {
  type Finding,
  passVerdict,
  refuseVerdict,
  type Verdict,
} from '../../model/verdict.ts';
import { type BlockedModule, blockModule } from './block-module.ts';
import { blockPush } from './block-push.ts';
import { orderCandidates } from './order-candidates.ts';
import type { ScopeFacts } from './scope-facts.ts';

export const SCOPE_GATE = 'auto-apply-scope';

/** Entries of a list in the evidence; the rest is counted. */
const MAX_LISTED = 50;

/** The verdict, and the lists that later steps work on. */
export interface ScopeDecision {
  readonly verdict: Verdict;
  /** Every affected module, whether it may go on or not. */
  readonly modules: readonly string[];
  /** Those that may go on, in the order of their dependencies. */
  readonly eligible: readonly string[];
  readonly blocked: readonly BlockedModule[];
  readonly stateful: readonly string[];
}

/** Decides which modules may be applied without a person. */
export function decideScope(facts: ScopeFacts): ScopeDecision {
  const subject = { gate: SCOPE_GATE, sha: facts.head };
  if (facts.supersededBy !== undefined) {
    return {
      verdict: passVerdict(
        subject,
        'scope/superseded',
        `${facts.head} is not the tip of the default branch any more: ${facts.supersededBy} is`,
        { evidence: { head: facts.head, tip: facts.supersededBy } },
      ),
      modules: [],
      eligible: [],
      blocked: [],
      stateful: [],
    };
  }
  const blocked = facts.candidates.flatMap((each) => blockModule(each, facts));
  const held = new Set(blocked.map((each) => each.module));
  const order = orderCandidates(
    facts.candidates.filter((each) => each.exists).map((each) => each.id),
    facts,
  );
  const eligible = order.ids.filter((id) => !held.has(id));
  const complete = { ...facts, invalid: [...facts.invalid, ...order.problems] };
  const whole = blockPush(complete, eligible);
  const stopped = [
    ...whole,
    ...(whole.length > 0 || facts.onBlocked === 'fail' ? blocked : []),
  ];
  const evidence = renderEvidence(facts);
  const [first, ...others] = stopped;
  const verdict = first
    ? refuseVerdict(subject, [first, ...others], evidence)
    : passing(facts, { subject, eligible, blocked, evidence });
  return {
    verdict,
    modules: facts.candidates.map((each) => each.id),
    eligible: first ? [] : eligible,
    blocked,
    stateful: facts.candidates
      .filter((each) => each.stateful)
      .map((each) => each.id),
  };
}

function passing(
  facts: ScopeFacts,
  found: {
    readonly subject: { readonly gate: string; readonly sha: string };
    readonly eligible: readonly string[];
    readonly blocked: readonly Finding[];
    readonly evidence: Evidence;
  },
): Verdict {
  const { subject, eligible, blocked, evidence } = found;
  const details = { modules: eligible, findings: blocked, evidence };
  const waiting = new Set(blocked.map((each) => each.module)).size;
  const wait = waiting === 0 ? '' : `; ${waiting} wait for a person`;
  const looked = tellChange(facts);
  if (eligible.length > 0) {
    const names = eligible.slice(0, 10).join(', ');
    const more = eligible.length > 10 ? ', …' : '';
    return passVerdict(
      subject,
      'scope/eligible',
      `${looked}: ${eligible.length} to apply (${names}${more})${wait}`,
      details,
    );
  }
  const why =
    waiting > 0
      ? `nothing can be applied unattended${wait}`
      : 'no module was touched, and none lags behind what was last applied';
  return passVerdict(
    subject,
    'scope/nothing-to-apply',
    `${looked}: ${why}`,
    details,
  );
}

function tellChange({ change, asked }: ScopeFacts): string {
  if (!change) {
    return asked === undefined
      ? 'Compared every module with what was last applied'
      : `Looked at ${asked}`;
  }
  const classes = Object.entries(change.perClass)
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${count} ${name}`)
    .join(', ');
  return `Looked at ${change.paths} changed paths${classes === '' ? '' : ` (${classes})`}`;
}

function renderEvidence(facts: ScopeFacts): Evidence {
  const { change, limits } = facts;
  const lines = change?.lines;
  return {
    event: facts.event,
    base: facts.base ?? null,
    head: facts.head,
    trusted: facts.trusted,
    ...(change && {
      paths: { looked_at: change.paths, deleted: change.deleted },
      classes: change.perClass,
      control: bounded(change.control.map(printable)),
      unclassified: bounded(change.unclassified.map(printable)),
    }),
    candidates: bounded(
      facts.candidates.map(({ id, because }) => ({ module: id, because })),
    ),
    never_applied: bounded(facts.neverApplied),
    ...(lines !== undefined && {
      changed_lines: lines,
      ...(lines > limits.max_changed_lines && {
        warning: `${lines} changed lines are more than limits.max_changed_lines (${limits.max_changed_lines})`,
      }),
    }),
  };
}

function bounded<Item>(items: readonly Item[]) {
  return { count: items.length, first: items.slice(0, MAX_LISTED) };
}
