import type { PullRequestForge } from '../../adapters/forge/forge.ts';
import type {
  ApprovalFacts,
  ApprovedModule,
  CommitOrigin,
} from '../../gates/approval/approval-facts.ts';
import { ActionError } from '../../model/errors.ts';
import type { Finding } from '../../model/verdict.ts';
import { readCheckoutState } from '../../repository/checkout-state.ts';
import {
  bringCommits,
  completeHistory,
  isOnFirstParentLine,
} from '../../repository/history.ts';
import { placesOf } from '../../repository/ownership.ts';
import type { Subject } from '../../repository/subject.ts';
import { type RemoteRecord, readRecord } from '../read-record.ts';
import type { Ports } from '../step.ts';
import { findTarget } from './find-target.ts';
import { openForgeLookup } from './forge-lookup.ts';
import type { ApprovedShaInputs } from './inputs.ts';
import { readOrigins } from './read-origins.ts';
import { readPulls } from './read-pulls.ts';
import { type ModuleRange, readRanges } from './read-ranges.ts';

/** More commits than this are not looked up: it is time for an apply. */
const MAX_COMMITS = 100;

export type ApprovalReading =
  | { readonly ok: true; readonly facts: ApprovalFacts }
  /** Nobody can say which commit is meant. */
  | { readonly ok: false; readonly finding: Finding };

interface ReadingRequest {
  readonly subject: Subject;
  readonly inputs: ApprovedShaInputs;
  readonly forge: PullRequestForge;
  readonly baseBranch: string;
}

/** Reads everything that the gate decides upon, from the forge and from git. */
export async function readApprovalFacts(
  request: ReadingRequest,
  ports: Ports,
): Promise<ApprovalReading> {
  const { subject, inputs, forge, baseBranch } = request;
  const { repository, history } = subject;
  const local = ports.context.flavour === 'local';
  const [refs, record, checkout] = await settleAll([
    history.listRefs('refs/pull/*/head'),
    readRecord(ports, subject, inputs),
    local ? undefined : readCheckoutState(repository),
  ]);
  if (!(await completeHistory(history, subject.head))) {
    throw new ActionError(
      'approval/git-unavailable',
      'The checkout is a shallow one, and the rest of the history cannot be fetched',
    );
  }
  const lookup = openForgeLookup(forge, refs);
  const { sha, pr: number } = inputs;
  const isAsked = sha !== undefined || number !== undefined;
  const target = isAsked
    ? await findTarget(lookup, { sha, number, baseBranch })
    : undefined;
  if (target?.ok === false) return target;
  const head = target?.mergeSha ?? subject.head;
  const asked = target?.number;
  const onBase = await isOnBase(subject, { head, baseBranch, record });
  const place = {
    sha: head,
    baseBranch,
    onBase,
    checkout: checkout && { ...checkout, expected: subject.head },
    asked,
  };
  const about = { ...place, ownChecks: ports.context.ownChecks };
  if (!onBase) {
    return { ok: true, facts: { ...about, modules: [], pulls: new Map() } };
  }
  const judged = { ...subject, head };
  const ranges = await readRanges(judged, inputs.modules, record);
  const origins = await readOrigins(
    lookup,
    ranges,
    listCommits(ranges.modules),
  );
  const numbers = [...origins.values()].flatMap(({ pulls }) => pulls);
  const pulls = await readPulls(
    {
      lookup,
      subject: judged,
      touched: ranges.touched,
      folder: ports.context.folder(),
    },
    [...new Set([...numbers, ...(asked === undefined ? [] : [asked])])],
  );
  const modules = ranges.modules.map((range) =>
    describeModule(range, origins, {
      places: placesOf(
        subject.policy,
        range.id,
        ranges.manifests.get(range.id),
      ),
    }),
  );
  return { ok: true, facts: { ...about, modules, pulls } };
}

/** Each once; none of a module that has too many. */
function listCommits(modules: readonly ModuleRange[]): readonly string[] {
  const few = modules.filter(({ commits }) => commits.length <= MAX_COMMITS);
  return [...new Set(few.flatMap(({ commits }) => commits))];
}

function describeModule(
  { id, commits }: ModuleRange,
  origins: ReadonlyMap<string, CommitOrigin>,
  about: Pick<ApprovedModule, 'places'>,
): ApprovedModule {
  if (commits.length > MAX_COMMITS) {
    return { id, ...about, commits: [], uncounted: commits.length };
  }
  return {
    id,
    ...about,
    commits: commits.map((sha) => origins.get(sha) ?? { sha, pulls: [] }),
  };
}

async function isOnBase(
  { history }: Subject,
  {
    head,
    baseBranch,
    record,
  }: {
    readonly head: string;
    readonly baseBranch: string;
    readonly record: RemoteRecord;
  },
): Promise<boolean> {
  const tip = record.remoteHeads.get(`refs/heads/${baseBranch}`);
  if (tip === undefined) return false;
  const present = await bringCommits(history, [tip, head]);
  return (
    present.has(tip) &&
    present.has(head) &&
    isOnFirstParentLine(history.repository, head, tip)
  );
}

/** Nothing is left running behind a failure: each cleans up after itself. */
async function settleAll<const Values extends readonly unknown[]>(
  works: Values,
): Promise<{ -readonly [Key in keyof Values]: Awaited<Values[Key]> }> {
  await Promise.allSettled(works);
  return Promise.all(works);
}
