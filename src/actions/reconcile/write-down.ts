import type { EntryDraft } from '../../audit/plan-append.ts';
import {
  type ClaimDecision,
  decideClaim,
} from '../../gates/reconcile/decide-claim.ts';
import {
  decideTold,
  type Thing,
  type Topic,
} from '../../gates/reconcile/decide-told.ts';
import type { Claim } from '../../model/reconciliation.ts';
import type { Finding } from '../../model/verdict.ts';
import {
  readReconciliation,
  renderReconciliation,
} from '../../state/reconciliation-store.ts';
import type { StateSnapshot } from '../../state/snapshot.ts';
import type { StateChange } from '../../state/state-change.ts';
import { holderId } from '../holder-id.ts';
import type { Ports } from '../step.ts';
import type { ReconcileWork } from './reconcile-work.ts';

/** Findings that one entry of the log names; the rest is counted. */
const MAX_NAMED = 50;

/** What a reconciliation found, all of it. */
export interface Found {
  /** Modules to be brought up to date. */
  readonly wanted: readonly string[];
  readonly things: readonly Thing[];
  /** What was looked at; of the rest nothing is known. */
  readonly looked: readonly Topic[];
}

export interface WrittenDown {
  readonly claim: ClaimDecision;
  readonly news: readonly Finding[];
  /** Things that stay as they were told. */
  readonly known: number;
}

/**
 * Claims what is to be done and remembers what is told, in one commit: of two
 * runs at once one claims, and one tells. Without news nothing is written.
 */
export async function writeDown(
  work: ReconcileWork,
  found: Found,
  ports: Ports,
): Promise<WrittenDown> {
  const wanted = makeClaim(work, found, ports);
  const judge = (snapshot: StateSnapshot) => decide(snapshot, found, wanted);
  if (work.inputs.dryRun) return (await judge(await work.store.fetch())).said;
  let last: Decision | undefined;
  await work.log.record({
    message: 'reconcile: what lags behind, and what is told',
    drafts: async (snapshot) => {
      last = await judge(snapshot);
      return draftsOf(last.said, work);
    },
    beside: async () => last?.change ?? new Map(),
  });
  if (last === undefined) throw new TypeError('nothing was decided');
  return last.said;
}

interface Decision {
  readonly said: WrittenDown;
  readonly change: StateChange;
}

function makeClaim(
  { subject }: ReconcileWork,
  { wanted }: Found,
  { context, clock }: Ports,
): Claim | undefined {
  if (wanted.length === 0) return undefined;
  return {
    head: subject.head,
    modules: [...wanted],
    holder: holderId(context.folder()),
    run: context.identity,
    at: clock.now().toISOString(),
  };
}

async function decide(
  snapshot: StateSnapshot,
  { things, looked }: Found,
  wanted: Claim | undefined,
): Promise<Decision> {
  const before = await readReconciliation(snapshot);
  const claim = decideClaim({ wanted, found: before.claim });
  const { news, told } = decideTold(things, before.told, looked);
  const next = {
    schema: 1 as const,
    claim: claim.kind === 'claim' ? claim.claim : before.claim,
    told: [...told],
  };
  const isNothing = next.claim === null && next.told.length === 0;
  return {
    said: { claim, news, known: things.length - news.length },
    change:
      isNothing && before.told.length === 0
        ? new Map()
        : renderReconciliation(next),
  };
}

function draftsOf(
  { claim, news }: WrittenDown,
  { subject, by }: ReconcileWork,
): EntryDraft[] {
  const { head } = subject;
  const bodies = [
    ...(claim.kind === 'claim'
      ? [{ change: 'claimed', head, modules: claim.claim.modules, by }]
      : []),
    ...(news.length > 0
      ? [{ change: 'told', head, things: name(news), count: news.length, by }]
      : []),
  ];
  return bodies.map((body) => ({ kind: 'reconcile', fence: null, body }));
}

function name(news: readonly Finding[]) {
  return news
    .slice(0, MAX_NAMED)
    .map(({ module, code }) => ({ module: module ?? null, code }));
}
