import type { RunOrigin } from '../../apply/attempt-entries.ts';
import {
  findObserved,
  observedNote,
  readLastObserved,
} from '../../apply/observed-note.ts';
import type { AppendedEntry, EntryDraft } from '../../audit/plan-append.ts';
import { readTail } from '../../audit/read-tail.ts';
import { ActionError } from '../../model/errors.ts';
import type { Verdict } from '../../model/verdict.ts';
import { describeRefusal } from '../../report/describe-refusal.ts';
import { openRepositoryAudit } from '../../repository/repository-audit.ts';
import { findStatePlace, openStateAt } from '../../repository/state-place.ts';
import type { StateSnapshot } from '../../state/snapshot.ts';
import { describeRun } from '../describe-run.ts';
import type { Ports, RawInputs } from '../step.ts';
import { type LaneReportInputs, parseLaneReportInputs } from './inputs.ts';

type EndEntry = AppendedEntry & { readonly isRefusal: boolean };

export type RecordedEnd =
  | {
      readonly recorded: true;
      /** None where the same was on record. */
      readonly entries: readonly EndEntry[];
    }
  | { readonly recorded: false; readonly why: string };

/**
 * Puts a refusal into the audit log, and what would have been done where
 * nothing was. It never fails: the lane has failed already, and what failed it
 * must stay in sight. A pull request from a fork has no right to write, and
 * nothing to apply either.
 */
export async function recordEnd(
  spoken: readonly Verdict[],
  raw: RawInputs,
  ports: Ports,
): Promise<RecordedEnd | undefined> {
  const refused = spoken.find(({ decision }) => decision === 'refuse');
  const isObserved = findObserved(spoken).length > 0;
  if (refused === undefined && !isObserved) return undefined;
  try {
    const inputs = parseLaneReportInputs(raw);
    if (!inputs.record) return undefined;
    const event = ports.context.readEvent();
    if (event.name === 'pull_request' && event.fork) {
      return { recorded: false, why: 'a pull request from a fork' };
    }
    return { recorded: true, entries: await append(spoken, inputs, ports) };
  } catch (error) {
    if (!(error instanceof ActionError)) throw error;
    return { recorded: false, why: `${error.code}: ${error.message}` };
  }
}

async function append(
  spoken: readonly Verdict[],
  inputs: LaneReportInputs,
  ports: Ports,
): Promise<readonly EndEntry[]> {
  const place = await findStatePlace(ports, inputs);
  const state = await openStateAt(ports, place, inputs);
  try {
    const { token, stateSshKey } = inputs;
    const log = openRepositoryAudit(ports, state, [token, stateSshKey]);
    const by = describeRun(ports, place.policy);
    let drafts: readonly EntryDraft[] = [];
    const entries = await log.record({
      message: 'audit: how a lane ended',
      drafts: async (snapshot) => {
        drafts = await draftEnd(spoken, by, snapshot);
        return drafts;
      },
      beside: async () => new Map(),
    });
    return entries.map((entry, index) => ({
      ...entry,
      isRefusal: drafts[index]?.kind === 'refusal',
    }));
  } finally {
    state.close();
  }
}

/** What is observed again and again, as by a schedule, is said once. */
async function draftEnd(
  spoken: readonly Verdict[],
  by: RunOrigin,
  snapshot: StateSnapshot,
): Promise<readonly EntryDraft[]> {
  const drafts: EntryDraft[] = [];
  const refused = spoken.find(({ decision }) => decision === 'refuse');
  if (refused) {
    const body = { ...describeRefusal(refused, spoken), by };
    drafts.push({ kind: 'refusal', fence: null, body });
  }
  const observed = findObserved(spoken);
  if (observed.length === 0) return drafts;
  const { entries } = await readTail(snapshot);
  const last = readLastObserved(entries.map(({ entry }) => entry));
  const news = observed.filter(({ module, ...now }) => {
    const before = last.get(module);
    return before?.plan_digest !== now.plan_digest || before.said !== now.said;
  });
  const gates = spoken.map(({ gate, code }) => [gate, code] as const);
  const sha = spoken[0]?.sha ?? '';
  const about = { sha, gates: Object.fromEntries(gates) };
  if (news.length > 0) drafts.push(observedNote(news, about, by));
  return drafts;
}
