import type { PullRequestForge } from '../../adapters/forge/forge.ts';
import type {
  ApprovalFacts,
  ApprovedModule,
  CommitOrigin,
} from '../../gates/approval/approval-facts.ts';
import type { Finding } from '../../model/verdict.ts';
import { placesOf } from '../../repository/ownership.ts';
import type { Subject } from '../../repository/subject.ts';
import { readGround, readPlace, settleAll } from '../read-place.ts';
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
  const { subject, inputs } = request;
  const [ground, { lookup, target }] = await settleAll([
    readGround(subject, inputs, ports),
    lookUp(request),
  ]);
  const { record } = ground;
  if (target?.ok === false) return target;
  const head = target?.mergeSha ?? subject.head;
  const asked = target?.number;
  const place = await readPlace(subject, head, ground);
  const about = { ...place, asked, ownChecks: ports.context.ownChecks };
  if (!place.onBase) {
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

/** What the forge has, and which of it is meant, where somebody asked. */
async function lookUp({ subject, inputs, forge, baseBranch }: ReadingRequest) {
  const refs = await subject.history.listRefs('refs/pull/*/head');
  const lookup = openForgeLookup(forge, refs);
  const { sha, pr: number } = inputs;
  const isAsked = sha !== undefined || number !== undefined;
  const target = isAsked
    ? await findTarget(lookup, { sha, number, baseBranch })
    : undefined;
  return { lookup, target };
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
