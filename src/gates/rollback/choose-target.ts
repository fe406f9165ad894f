import { type Finding, finding } from '../../model/verdict.ts';

/** A release that ended well on the host, once. */
export interface PastRelease {
  readonly sha: string;
  readonly tree: string;
}

export interface TargetFacts {
  readonly module: string;
  readonly host: string;
  /** What is live by the host's own record; undefined where nothing is. */
  readonly live: PastRelease | undefined;
  /** By the host's own record, the newest first. */
  readonly past: readonly PastRelease[];
  /** Commits of results in the audit log that ended well. */
  readonly logged: ReadonlySet<string>;
  /** First-parent line of the default branch, the tip first. */
  readonly line: readonly string[];
  /** Commit that a person named. */
  readonly asked: string | undefined;
}

/** What is gone back to, and from what. */
export interface RollbackTarget {
  readonly from: string;
  readonly to: string;
}

/**
 * The release that was last in service before the live one, or the one that a
 * person named. The host says what was live; the log and the default branch
 * can only take candidates away. Unnamed it never leads forward again, to
 * what somebody went back from.
 */
export function chooseTarget(facts: TargetFacts): RollbackTarget | Finding {
  const { asked, host, live, module } = facts;
  if (!live) {
    const reason = `Nothing of ${module} is live on ${host}`;
    return finding('rollback/nothing-live', reason, { module });
  }
  const position = new Map(facts.line.map((sha, index) => [sha, index]));
  const candidates = findCandidates(facts, live, position);
  if (asked === undefined) {
    const at = position.get(live.sha) ?? facts.line.length;
    const older = candidates.find(({ sha }) => (position.get(sha) ?? 0) > at);
    if (older) return { from: live.sha, to: older.sha };
    const reason = `No release of ${module} from before ${live.sha} is on record on ${host}; ${list(candidates)}`;
    return finding('rollback/nothing-before', reason, { module });
  }
  const same = facts.past.some(
    ({ sha, tree }) => sha === asked && tree === live.tree,
  );
  if (asked === live.sha || same) {
    const reason = `${asked} is what is live of ${module} on ${host}; ${list(candidates)}`;
    return finding('rollback/already-live', reason, { module });
  }
  if (candidates.some(({ sha }) => sha === asked)) {
    return { from: live.sha, to: asked };
  }
  const reason = `${asked} is not on record as live before of ${module} on ${host}; ${list(candidates)}`;
  return finding('rollback/never-applied', reason, { module });
}

/** Each once, the one that was live last first. */
function findCandidates(
  { past, logged }: TargetFacts,
  live: PastRelease,
  line: ReadonlyMap<string, number>,
): readonly PastRelease[] {
  const seen = new Set([live.sha]);
  return past.filter(({ sha, tree }) => {
    if (seen.has(sha) || tree === live.tree) return false;
    seen.add(sha);
    return logged.has(sha) && line.has(sha);
  });
}

const MOST_LISTED = 10;

function list(candidates: readonly PastRelease[]): string {
  if (candidates.length === 0) return 'there is none to go back to';
  const listed = candidates.slice(0, MOST_LISTED).map(({ sha }) => sha);
  return `to go back to: ${listed.join(', ')}`;
}
